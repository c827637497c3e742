"""Does each document say what it must, in an accessible PDF, whatever the length of a name or of a list?"""

import re
from io import BytesIO

import pypdfium2
import pytest
import segno
from pypdf import PdfReader

from cartable.documents import data, render
from cartable.documents.enums import FILES, Kind
from tests.documents import samples


PAPERS = [kind for kind in Kind.values if kind not in FILES]


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def words(pdf: bytes, page: int | None = None) -> str:
    """Give the text of a page, or of all, on one line; a fixed space counts as a space."""
    pages = read(pdf).pages
    texts = [p.extract_text() for p in (pages if page is None else [pages[page]])]
    return re.sub(r"\s+", " ", " ".join(texts))


@pytest.fixture(scope="module")
def printed() -> dict[str, bytes]:
    """Every document, printed once."""
    return {kind: getattr(render, kind)(samples.SHEET, make()) for kind, make in samples.SAMPLES.items()}


def tags(pdf: bytes) -> set[str]:
    """Give the kinds of element in the structure tree."""
    found, todo = set(), [read(pdf).trailer["/Root"]["/StructTreeRoot"]]
    while todo:
        node = todo.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            todo.extend(node)
        elif isinstance(node, dict):
            found.add(str(node.get("/S", "")))
            if "/K" in node:
                todo.append(node["/K"])
    return found


def test_there_is_a_sample_of_every_kind():
    assert set(samples.SAMPLES) == set(PAPERS)


@pytest.mark.parametrize("kind", PAPERS)
def test_a_screen_reader_finds_its_way(printed, kind):
    root = read(printed[kind]).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("fr")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert read(printed[kind]).metadata.title
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    assert "/H1" in tags(printed[kind])


@pytest.mark.parametrize(
    "kind",
    ["packing_slip", "signing_list", "certificate", "appointments", "call_list", "plan_sheet", "need_form"],
)
def test_tables_have_headers(printed, kind):
    assert {"/Table", "/TH", "/TD"} <= tags(printed[kind])


@pytest.mark.parametrize("kind", PAPERS)
def test_each_document_says_who_when_from_what_and_for_how_long(printed, kind):
    text = words(printed[kind])
    assert samples.ISSUER.name in text
    assert "Établi le 30 avril 2020. Source : Cartable, plan approuvé le 29 avril 2020." in text
    assert re.search(r"page 1/\d", text)
    for part in ("controller", "purpose", "contact", "retention", "recipients"):
        assert getattr(samples.NOTICE, part) in text
    assert "CNIL" in text


def test_french_letters_are_drawn(printed):
    assert "Œuvre-du-Cœur" in words(printed["certificate"])
    assert "«" in words(printed["certificate"]) and "’" in words(printed["certificate"])


def test_a_copy_shows_one_home_only():
    first, second = samples.certificates(2)
    pdf = render.certificate(samples.SHEET, [first, second])
    assert "LIVRY-GARGAN" in words(pdf, 0)
    assert samples.LONG_NAME in words(pdf, 0)
    for secret in ("LIVRY-GARGAN", samples.LONG_NAME, "Marie-Hélène", samples.ICCID):
        assert secret not in words(pdf, 1)


def test_a_certificate_says_who_received_it_or_leaves_room(printed):
    known, blank = words(printed["certificate"], 0), words(printed["certificate"], 1)
    assert "Mme Marie-Hélène de la Très-Longue-Lignée, responsable légal" in known
    assert "adulte autorisé" not in known
    assert "responsable légal élève majeur adulte autorisé par la famille" in blank
    assert "valable jusqu’au 30 juin 2020" in known
    assert "Emmaüs Connect et Fondation SFR" in known


def test_two_sided_printing_never_puts_two_homes_on_one_sheet():
    pdf = render.certificate(samples.SHEET, samples.certificates(3), two_sided=True)
    pages = [words(pdf, n) for n in range(len(read(pdf).pages))]
    assert [bool(page.strip()) for page in pages] == [True, False, True, False, True]


def test_an_agreement_keeps_the_voted_text_and_numbers_its_own_pages(printed):
    pdf = printed["loan_agreement"]
    text = words(pdf, 0)
    assert "Texte voté le 26 septembre 2019 (délibération 2019-IX-26-14), version 3." in text
    assert "SN-ÀÉ-004217-XK" in text and "93-COL-2018-004217" in text
    assert "page 1/2" in text and "page 2/2" in words(pdf, 1) and "page 1/2" in words(pdf, 2)
    assert "Marie-Hélène 1" not in words(pdf, 0) + words(pdf, 1)


def test_a_letter_fits_its_page_and_gives_the_code(printed):
    pdf = printed["invitation_letter"]
    assert len(read(pdf).pages) == 2
    assert "K7QM-4RTX-9B0D" in words(pdf, 0) and "K7QM-4RTX-9B0D" not in words(pdf, 1)
    assert "https://cartable.essai.invalid/code" in words(pdf, 0)
    assert "vendredi 1er mai 2020 à 12 h" in words(pdf, 0)


def test_a_slip_for_a_relay_lists_its_schools(printed):
    text = words(printed["packing_slip"])
    assert all(f"École élémentaire publique {n} " in text for n in (1, 16, 40))
    assert "1 400" in text.replace("\u202f", " ")
    assert "https://cartable.essai.invalid/reception/4f0c7a1e2b" in text
    assert "Code QR de la page de réception" in str(alternatives(printed["packing_slip"]))


def alternatives(pdf: bytes) -> list[str]:
    """Give the alternative texts of the images."""
    found, todo = [], [read(pdf).trailer["/Root"]["/StructTreeRoot"]]
    while todo:
        node = todo.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            todo.extend(node)
        elif isinstance(node, dict):
            found += [str(node["/Alt"])] if "/Alt" in node else []
            todo += [node["/K"]] if "/K" in node else []
    return found


def test_the_qr_code_leads_to_the_receipt_page(printed):
    """Compare each module of the printed code with the code of the address: no decoder is installed."""
    matrix = segno.make(samples.slips()[0].receipt_address, error="m", micro=False).matrix
    page = pypdfium2.PdfDocument(printed["packing_slip"])[0].render(scale=4, grayscale=True).to_pil()
    black = page.point(lambda level: 255 if level < 10 else 0)
    left, top, right, bottom = black.getbbox()
    step = (right - left) / len(matrix)
    assert abs((bottom - top) - (right - left)) <= 2
    read_back = [
        [
            black.getpixel((int(left + (x + 0.5) * step), int(top + (y + 0.5) * step))) > 0
            for x in range(len(matrix))
        ]
        for y in range(len(matrix))
    ]
    assert read_back == [[bool(module) for module in row] for row in matrix]


@pytest.mark.parametrize(
    ("kind", "header"),
    [("signing_list", "Reçu par"), ("appointments", "À remettre"), ("call_list", "Rendez-vous proposé")],
)
def test_a_long_list_repeats_its_header_and_loses_nobody(printed, kind, header):
    pdf = printed[kind]
    pages = read(pdf).pages
    full = [words(pdf, n) for n in range(len(pages))]
    assert len(pages) > 1
    assert all(header in page for page in full if "8933" in page or "Numéro-" in page)


def test_a_signing_list_has_a_line_for_every_pupil(printed):
    text = words(printed["signing_list"])
    assert all(str(int(samples.ICCID) + n) in text for n in range(1, 41))


def test_the_plan_is_one_page_and_adds_up():
    pdf = render.plan_sheet(samples.PLAIN_SHEET, samples.plan_sheets(40))
    text = words(pdf).replace("\u202f", " ")
    assert len(read(pdf).pages) == 1
    assert "Réparti 780 300 1 080" in text
    assert "Reste en stock 500 64 564" in text
    assert "96 établissements sur 130" in text
    assert "pas à zéro" in text


@pytest.mark.parametrize("kind", ["leaflet", "return_receipt", "need_form"])
def test_one_page_documents_hold_on_one_page(printed, kind):
    assert len(read(printed[kind]).pages) == 1


def test_a_page_without_notice_has_none():
    pdf = render.plan_sheet(samples.PLAIN_SHEET, samples.plan_sheets(4))
    assert "données personnelles" not in words(pdf)


@pytest.mark.parametrize("name", ["Li 王", "Zoé 😀", "Paul\x07", "አማርኛ"])
def test_a_sign_that_no_font_draws_does_not_stop_the_others(name):
    strange = data.Certificate(samples.SCHOOL, name, "6e A", (data.Item("Carte SIM"),), None)
    pdf = render.certificate(samples.SHEET, [strange, *samples.certificates(1)])
    assert len(read(pdf).pages) == 2
    assert samples.LONG_NAME in words(pdf, 1)


def test_a_value_is_never_read_as_markup():
    trap = '#panic("x") *gras* `code` $x$ \\ // "'
    strange = data.Certificate(samples.SCHOOL, trap, "6e A", (data.Item(trap, trap),), None)
    assert trap in words(render.certificate(samples.SHEET, [strange]))


def test_a_name_cannot_turn_the_direction_of_writing():
    turned = data.Certificate(samples.SCHOOL, "Abel\u202eREVERSE", "6e A", (data.Item("Carte SIM"),), None)
    assert "AbelREVERSE" in words(render.certificate(samples.SHEET, [turned]))


def test_the_same_data_gives_the_same_bytes():
    pages = samples.certificates(2)
    assert render.certificate(samples.SHEET, pages) == render.certificate(samples.SHEET, pages)


def test_files_cut_a_long_run_in_lots():
    pdfs = list(render.files(render.certificate, samples.SHEET, samples.certificates(7), per_file=3))
    assert [len(read(pdf).pages) for pdf in pdfs] == [3, 3, 1]


def test_nothing_to_print_is_an_error():
    with pytest.raises(ValueError, match="at least one page"):
        render.certificate(samples.SHEET, [])
