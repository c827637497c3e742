"""Do the catalogues hold what the pages say, in a form that the program reads?"""

import ast
import gettext
import io
from collections.abc import Iterator
from types import ModuleType

import pytest
from django.utils import translation

from tests.conftest import HOUSE


@pytest.fixture
def catalogues(monkeypatch, request) -> ModuleType:
    monkeypatch.syspath_prepend(str(request.config.rootpath / "scripts"))
    import catalogues

    return catalogues


@pytest.fixture
def check(catalogues) -> ModuleType:
    import check_catalogues

    return check_catalogues


def test_python_and_templates_are_read(catalogues):
    python = 'x = _("un") + ngettext("%(n)d lot", "%(n)d lots", n) + self._("deux") + _(name) + f("trois")'
    template = (
        '{% translate "quatre" %}{% blocktranslate trimmed count n=n %}\n {{ n }} % {% plural %} {{ n }} pli'
    )
    template += "{% endblocktranslate %}{# _('non') #}{{ _('cinq') }}"
    assert {message.text for message in catalogues.in_python(python)} == {"un", "%(n)d lot", "deux"}
    found = list(catalogues.in_template(template))
    assert [(m.text, m.plural) for m in found] == [("quatre", ""), ("%(n)s %%", "%(n)s pli"), ("cinq", "")]


def test_what_is_compiled_is_read_by_gettext(catalogues):
    one = catalogues.Message("", "élève « %(x)s »\n", "")
    many = catalogues.Message("ici", "%(n)d pli", "%(n)d plis")
    nothing = catalogues.Message("", "sans traduction", "")
    known = {one: ('pupil "%(x)s"\n',), many: ("%(n)d letter", "%(n)d letters"), nothing: ("",)}
    written = catalogues.write_po("en", known, {})
    assert catalogues.read_po(written) == known
    read = gettext.GNUTranslations(io.BytesIO(catalogues.compile_mo("en", known)))
    assert read.gettext(one.text) == 'pupil "%(x)s"\n'
    assert [read.npgettext("ici", many.text, many.plural, n) % {"n": n} for n in (1, 2)] == [
        "1 letter",
        "2 letters",
    ]
    assert read.gettext("sans traduction") == "sans traduction"


def test_a_lost_placeholder_is_a_fault(catalogues):
    message = catalogues.Message("", "%(n)d sur %(all)d", "")
    assert catalogues.faults({message: ("%(n)d of %(all)d",)}) == []
    assert catalogues.faults({message: ("%(n)d of all",)})
    assert catalogues.faults({message: ("",)}) == []


def test_the_committed_catalogues_hold_the_source(catalogues, check):
    found = catalogues.in_house()
    assert len(found) > 500
    assert [line for language in catalogues.LANGUAGES for line in check.damages(language, found)] == []


def test_what_is_missing_or_altered_is_said(catalogues, check, monkeypatch, tmp_path):
    message = catalogues.Message("", "%(n)d pli", "%(n)d plis")
    monkeypatch.setattr(catalogues, "LOCALE", tmp_path)
    for language, known in (("fr", {message: ("%(n)d pli", "")}), ("en", {})):
        po, mo = catalogues.paths(language)
        po.parent.mkdir(parents=True)
        po.write_text(catalogues.write_po(language, known, {}), encoding="utf-8")
        mo.write_bytes(b"")
    assert [line.split(":")[1].strip() for line in check.damages("fr", {message: ["x"]})] == [
        "a plural is empty",
        "django.mo is not compiled from django.po",
    ]
    assert [line.split(":")[1].strip() for line in check.damages("en", {message: ["x"]})] == [
        "django.mo is not compiled from django.po",
        "not in the catalogue",
    ]


def test_french_is_said_as_it_was_written(catalogues):
    """A message of ours must not be, by accident, one that Django or a library words otherwise in French."""
    with translation.override("fr"):
        changed = {m.text: translation.gettext(m.text) for m in catalogues.in_house() if not m.context}
    assert {
        text: said for text, said in changed.items() if text.replace("%%", "%") != said.replace("%%", "%")
    } == {}


def _at_import(node: ast.AST) -> Iterator[ast.Call]:
    """Give the calls that run when a module is read: all but those inside functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from _at_import(child)


def _eager(tree: ast.Module) -> set[str]:
    taken = (
        alias
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
    )
    return {a.asname or a.name for a in taken if a.name in ("gettext", "ngettext", "pgettext")}


def test_no_text_is_translated_when_a_module_is_read():
    """Such a text would stay in the language of whoever asked first."""
    early = []
    for path in HOUSE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        eager = _eager(tree)
        early += [f"{path.name}:{c.lineno}" for c in _at_import(tree) if getattr(c.func, "id", "") in eager]
    assert early == []
