"""Do the papers of a school show each home itself only, and the right words of the right controller?"""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from cartable.equipment import papers_at_school
from cartable.equipment.actions import adopt_agreement, return_loan, schedule
from cartable.equipment.clauses import clauses_of
from cartable.equipment.copies import cases_done, cases_of_appointments, cases_to_come, copies
from cartable.equipment.models import Appointment
from cartable.equipment.queries import appointments_visible_to, gate_list
from cartable.foundation import clock as house_clock
from cartable.foundation.refused import Refused
from tests import factories
from tests.equipment.stage import iccid


FIRST = ("12 rue Mère", "Claire Maman", "06 39 98 00 01")
SECOND = ("34 avenue Père", "Paul Papa", "06 39 98 00 02")
HIDDEN = "56 impasse Cachée"


@pytest.fixture
def split(week: Any) -> Any:
    """A need whose pupil lives in two homes; five cards and a tablet in stock."""
    week.stock(5, credit_valid_until=date(2020, 5, 24))
    week.declare(3), week.agree()
    week.split = _two_homes(week, "connection")
    return week


def _two_homes(week: Any, kind: str, **second: Any) -> Any:
    need = week.need(kind, home={"address": FIRST[0]})
    pupil = need.of_pupils.get().pupil
    one = pupil.in_homes.get().home
    two = factories.home(pupil, rank=2, **{"address": SECOND[0], **second})
    for home, (_address, name, phone) in ((one, FIRST), (two, SECOND)):
        given, family = name.split()
        home.guardians.create(first_name=given, last_name=family, phone=phone)
    return need


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def certificates(week: Any, *handovers: Any, **more: Any) -> list[str]:
    cases = cases_done(week.head, handovers)
    return pages(papers_at_school.certificates(week.operation, week.school, cases, **more))


def agreements(week: Any, *handovers: Any) -> list[str]:
    cases = cases_done(week.head, handovers)
    made = papers_at_school.loan_agreements(week.operation, week.school, cases, two_sided=False)
    return pages(made)


def says(page: str, words: tuple[str, ...]) -> list[str]:
    """Give the words, of which each part counts, that a page says."""
    return [part for word in words for part in word.split() if len(part) > 3 and part in page]


def test_each_home_has_a_copy_that_says_no_word_of_the_other(split):
    second = split.split.of_pupils.get().pupil.in_homes.get(rank=2).home
    row = split.hand(split.split, iccid(7), receiver_name="M. Paul Papa", home_id=second.public_id).handover
    mother, father = certificates(split, row)
    assert "12 rue Mère" in mother and "Claire Maman" in mother and says(mother, SECOND) == []
    assert "34 avenue Père" in father and "M. Paul Papa, responsable légal" in father
    assert says(father, FIRST) == []
    assert all(iccid(7) in page.replace(" ", "") for page in (mother, father))


def test_each_home_has_its_own_agreement(split):
    need = _two_homes(split, "device")
    row = split.lend(need, "T-1", receiver_name="Mme Claire Maman").handover
    text = agreements(split, row)
    mother = "".join(page for page in text[: len(text) // 2])
    father = "".join(page for page in text[len(text) // 2 :])
    assert "12 rue Mère" in mother and says(mother, SECOND) == []
    assert "34 avenue Père" in father and says(father, FIRST) == []
    assert "T-1" in mother and "2 avril 2020" in mother and "30 juin 2020" in father


def test_an_undisclosed_address_is_printed_nowhere(split):
    need = _two_homes(split, "device", address=HIDDEN, city="Villecachée", undisclosed=True)
    home = need.of_pupils.get().pupil.in_homes.get(rank=2).home
    done = split.lend(need, "T-1", home_id=home.public_id).handover
    _plan(split)
    cases = cases_of_appointments(split.head, appointments_visible_to(split.head))
    back = return_loan(actor=split.head, loan_id=done.public_id, condition="good")
    done.refresh_from_db()
    printed = [
        *agreements(split, done),
        *pages(
            papers_at_school.return_receipts(split.operation, split.school, cases_done(split.head, [done]))
        ),
        *pages(papers_at_school.appointment_sheets(split.operation, split.school, cases)),
        *pages(papers_at_school.call_list(split.operation, split.school, cases)),
    ]
    assert back.returned_on and any("Paul Papa" in page for page in printed)
    assert [says(page, (HIDDEN, "Villecachée")) for page in printed] == [[]] * len(printed)


def _plan(week: Any, good: str = "sim") -> None:
    schedule(
        actor=week.head,
        school_id=week.school.public_id,
        operation_id=week.operation.public_id,
        starts_at=house_clock.now() + timedelta(hours=1),
        minutes_each=5,
        good=good,
    )


def test_before_the_hand_over_each_home_has_its_blank_copy(split):
    rows = [row for row in gate_list(split.head, split.school, split.operation) if "sim" in row.goods]
    cases = cases_to_come(split.head, rows, "sim")
    mother, father = pages(papers_at_school.certificates(split.operation, split.school, cases))
    assert says(mother, SECOND) == [] == says(father, FIRST)
    assert "responsable légal" in mother and "adulte autorisé par la famille" in mother


def test_half_brothers_elsewhere_are_none_of_a_homes_business(split):
    first, other = split.family("connection", pupils=2)
    shared = first.of_pupils.get()
    pupil = other.of_pupils.get().pupil
    father = factories.home(shared.pupil, rank=2, address=SECOND[0])
    other.of_pupils.update(open=False)
    first.of_pupils.create(pupil=pupil, kind="connection", rank=99)
    (case,) = cases_done(split.head, [_prefetched(split, split.hand(first, iccid(7)).handover)])
    named = {copy.home: copy.pupils for copy in copies(case)}
    assert "Enfant1" not in named[father] and named[father] == shared.pupil.shown_name
    assert any("Enfant1" in names for names in named.values())


def _prefetched(week: Any, row: Any) -> Any:
    from cartable.equipment.queries import handovers_visible_to

    return handovers_visible_to(week.head).prefetch_related("need__of_pupils").get(pk=row.pk)


def test_an_adult_pupil_has_one_copy_in_his_name_alone(split):
    need = split.need(adult=True, home={"address": "7 rue Majeure"})
    pupil = need.of_pupils.get().pupil
    pupil.in_homes.get().home.guardians.create(last_name="Parent")
    factories.home(pupil, rank=2, address=SECOND[0])
    row = split.hand(need, iccid(8), receiver="adult_pupil").handover
    (page,) = certificates(split, row)
    assert f"{pupil.shown_name}, élève majeur" in page and says(page, ("Parent", SECOND[0])) == []


def test_a_placement_signs_in_its_own_name(split):
    need = split.need(home={"kind": "placement", "address": "3 rue Accueil"})
    split_home = need.of_pupils.get().pupil.in_homes.get().home
    split_home.guardians.create(last_name="Foyer Exemple", capacity="placement_service")
    row = split.hand(need, iccid(8), receiver="placement", receiver_name="Foyer Exemple").handover
    (page,) = certificates(split, row)
    assert "Foyer Exemple, famille d’accueil ou établissement de placement" in page


def test_that_a_child_is_placed_is_told_on_no_other_copy(split):
    second = split.split.of_pupils.get().pupil.in_homes.get(rank=2).home
    row = split.hand(
        split.split, iccid(7), receiver="placement", receiver_name="Foyer Exemple", home_id=second.public_id
    ).handover
    mother, father = certificates(split, row)
    assert "placement" in father and "placement" not in mother and "Foyer" not in mother


def test_a_blank_copy_has_a_box_for_each_who_may_sign(split):
    rows = [row for row in gate_list(split.head, split.school, split.operation) if "sim" in row.goods]
    page = pages(
        papers_at_school.certificates(split.operation, split.school, cases_to_come(split.head, rows, "sim"))
    )[0]
    assert all(word in page for word in ("responsable légal", "élève majeur", "famille d’accueil"))


def test_papers_are_in_french_whoever_prints_them(split):
    from django.utils.translation import override

    row = split.lend(split.need("device"), "T-3").handover
    in_french = agreements(split, row)
    with override("en"):
        assert agreements(split, row) == in_french


def test_the_agreement_says_the_number_of_its_vote(split):
    adopt_agreement(
        actor=split.service,
        body_id=split.owner.public_id,
        title="Convention votée",
        text="Article 1",
        deliberated_on=date(2020, 4, 20),
        deliberation_number=" 2020-IV-12 ",
    )
    row = split.lend(split.need("device"), "T-9").handover
    assert "délibération n° 2020-IV-12, adoptée par" in agreements(split, row)[0].replace("\xa0", " ")


def test_a_family_without_address_has_its_paper(split):
    row = split.hand(split.need(home=False), iccid(8)).handover
    (page,) = certificates(split, row)
    assert "Famille de" in page


def test_the_notice_names_who_answers(split):
    split.operation.data_contact = "dpo@example.test"
    given = certificates(split, split.hand(split.split, iccid(7)).handover)[0]
    lent = agreements(split, split.lend(split.need("device"), "T-2").handover)[-1]
    assert f"le chef d'établissement, {split.school.name}".replace("'", "’") in given.replace("'", "’")
    assert f"Responsable du traitement : {split.owner.name}" in lent
    assert "dpo@example.test" in given and "dpo@example.test" in lent
    assert "l’année scolaire en cours" in given and "jusqu’au retour du matériel" in lent


def test_the_agreement_is_the_version_that_was_signed(split):
    row = split.lend(split.need("device"), "T-3").handover
    adopt_agreement(
        actor=split.service,
        body_id=split.owner.public_id,
        title="Texte suivant",
        text="Autre",
        deliberated_on=date(2020, 4, 20),
    )
    assert "version 1" in agreements(split, row)[0]
    split.need("device")
    rows = [
        row
        for row in gate_list(split.head, split.school, split.operation)
        if not row.served and "tablet" in row.goods
    ]
    made = papers_at_school.loan_agreements(
        split.operation, split.school, cases_to_come(split.head, rows, "tablet")
    )
    assert "Texte suivant" in pages(made)[0]


def test_two_sided_starts_each_copy_on_a_sheet_of_its_own(split):
    row = split.hand(split.split, iccid(7)).handover
    assert len(certificates(split, row)) == 2
    assert len(certificates(split, row, two_sided=True)) == 3


def test_the_list_to_sign_follows_the_appointments(split):
    split.need()
    _plan(split)
    cases = cases_of_appointments(split.head, appointments_visible_to(split.head))
    (page,) = pages(papers_at_school.signing_list(split.operation, split.school, cases))
    assert page.index("Famille1") < page.index("Famille2")
    assert says(page, FIRST + SECOND) == []


def test_only_families_without_mail_are_called_at_their_first_home(split):
    other = split.need().of_pupils.get().pupil.in_homes.get().home
    other.guardians.create(last_name="Courriel", email="a@example.test")
    _plan(split)
    cases = cases_of_appointments(split.head, appointments_visible_to(split.head))
    (page,) = pages(papers_at_school.call_list(split.operation, split.school, cases))
    assert "Claire Maman" in page and FIRST[2] in page and "27 avril 2020" in page
    assert "Courriel" not in page and SECOND[2] not in page


def test_the_slots_are_in_the_schools_own_time(split):
    _plan(split)
    assert Appointment.objects.get().starts_at.hour == 8
    cases = cases_of_appointments(split.head, appointments_visible_to(split.head))
    (page,) = pages(papers_at_school.appointment_sheets(split.operation, split.school, cases))
    assert "10 h" in page and "lundi 27 avril 2020" in page


def test_nothing_to_print_is_said(split):
    with pytest.raises(Refused, match="rien à imprimer"):
        papers_at_school.certificates(split.operation, split.school, [])


def test_nobody_prints_the_families_of_another_school(split):
    row = split.hand(split.split, iccid(7)).handover
    _school, stranger = split.another_school()
    assert cases_done(stranger, [row]) == []


VOTED = """CONVENTION
Entre le Département et la famille, il est convenu ce qui suit.

Article 1er – Objet
Le Département prête une tablette
à l'élève.

Elle reste sa propriété.
Article 2 : Durée
- du jour de la remise
- au 30 juin
"""


def test_a_voted_text_is_cut_at_its_headings_and_keeps_every_word():
    clauses = clauses_of(VOTED, "Convention de prêt")
    assert [clause.heading for clause in clauses] == [
        "CONVENTION",
        "Article 1er – Objet",
        "Article 2 : Durée",
    ]
    assert clauses[1].paragraphs == (
        "Le Département prête une tablette à l'élève.",
        "Elle reste sa propriété.",
    )
    assert clauses[2].paragraphs == ("- du jour de la remise", "- au 30 juin")
    kept = " ".join(" ".join((clause.heading, *clause.paragraphs)) for clause in clauses)
    assert kept.split() == VOTED.split()


def test_a_text_without_headings_stands_under_its_title():
    (clause,) = clauses_of("Un seul alinéa.", "Convention de prêt")
    assert (clause.heading, clause.paragraphs) == ("Convention de prêt", ("Un seul alinéa.",))
