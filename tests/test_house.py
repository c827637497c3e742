"""Are the rules of the house kept: what is fetched where, the floors, the templates, the size of things?"""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from django.apps import apps

from cartable.foundation import retention


ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "src" / "cartable"
TEMPLATES = HOUSE / "web" / "templates"
OURS = ("src", "tests", "scripts", "benchmarks")
LONGEST_FILE, LONGEST_FUNCTION = 400, 50


def sources(*folders: str) -> list[Path]:
    """Give the Python files under these folders of the repository, migrations aside."""
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "migrations" not in path.parts)


def texts() -> Iterator[tuple[Path, str]]:
    """Give every text file of the repository."""
    away = {
        ".venv",
        ".git",
        "var",
        "__pycache__",
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
    }
    for path in ROOT.rglob("*"):
        if path.is_file() and not away & set(path.relative_to(ROOT).parts):
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def fetches_of_protected_models(code: str, protected: set[str]) -> list[str]:
    """List where `code` takes rows of a protected model by itself: `Model.objects`, `get_object_or_404(Model, …)`."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager", "_base_manager"}:
            if isinstance(node.value, ast.Name) and node.value.id in protected:
                found.append(f"{node.value.id}.{node.attr}, line {node.lineno}")
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id.endswith("_or_404")
        ):
            if node.args and isinstance(node.args[0], ast.Name) and node.args[0].id in protected:
                found.append(f"{node.func.id}({node.args[0].id}), line {node.lineno}")
    return found


def protected_models() -> set[str]:
    """Name the models that hold personal data."""
    return {model.__name__ for model in retention.house_models() if retention.personal_fields(model)}


def test_doors_fetch_people_only_through_queries_and_actions():
    protected = protected_models()
    assert {"User", "Pupil", "Guardian"} <= protected
    wrong = {
        named(path): found
        for path in sources("src/cartable/web", "src/cartable/cli")
        if (found := fetches_of_protected_models(path.read_text(encoding="utf-8"), protected))
    }
    assert wrong == {}


@pytest.mark.parametrize("code", ["Pupil.objects.all()", "get_object_or_404(Pupil, pk=1)"])
def test_a_door_that_fetches_people_by_itself_is_noticed(code):
    assert fetches_of_protected_models(code, {"Pupil"})


def unsaid_refusals(code: str, catalogues: ModuleType) -> list[str]:
    """List the sentences of `Refused(…)` that no catalogue can hold: built from parts, or from a name of elsewhere."""
    tree = ast.parse(code)
    constants = {
        t.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for t in node.targets
        if isinstance(t, ast.Name)
    }

    def translated(part: ast.AST) -> bool:
        calls = (node for node in ast.walk(part) if isinstance(node, ast.Call))
        return any(re.fullmatch(r"_|n?gettext(_noop)?", getattr(call.func, "id", "")) for call in calls)

    named = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and translated(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return [
        ast.unparse(call)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Refused"
        for said in [ast.Tuple(call.args[1:2] or call.args[:1])]
        if not catalogues.refusals(call, constants)
        and not translated(said)
        and not named & {node.id for node in ast.walk(said) if isinstance(node, ast.Name)}
        and not SAID_ELSEWHERE & {ast.unparse(part) for part in said.elts}
    ]


# A cell says its own reason, Django its own words about a password.
SAID_ELSEWHERE = {"bad.sentence", "' '.join(error.messages)"}


def test_every_refusal_is_said_in_the_language_of_who_reads(monkeypatch):
    """Except at the command line, which speaks French."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    catalogues = import_module("catalogues")
    unsaid = {
        named(path): found
        for path in sources("src")
        if "cli" not in path.parts
        and (found := unsaid_refusals(path.read_text(encoding="utf-8"), catalogues))
    }
    assert unsaid == {}


@pytest.mark.parametrize("sentence", ['f"{n} de trop"', "words", 'f"{x}." % y'])
def test_a_refusal_that_no_catalogue_holds_is_noticed(sentence, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    assert unsaid_refusals(f'raise Refused("code", {sentence})', import_module("catalogues"))


def layers() -> dict[str, int]:
    """Give the floor of each room, 0 at the top; rooms side by side have the same."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    rows = config["tool"]["importlinter"]["contracts"][0]["layers"]
    return {room.strip().split(".")[-1]: floor for floor, row in enumerate(rows) for room in row.split("|")}


def test_relations_between_models_go_downwards_too():
    floor = layers()
    upwards = [
        f"{model._meta.label}.{field.name}"
        for model in retention.house_models()
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model
        for target in [field.related_model._meta.app_label]
        if target in floor
        and target != model._meta.app_label
        and floor[target] <= floor[model._meta.app_label]
    ]
    assert upwards == []


def test_every_room_has_its_floor():
    assert {
        config.label for config in apps.get_app_configs() if config.name.startswith("cartable.")
    } <= layers().keys()


def test_nothing_forks():
    """A fork after Polars was imported hangs for ever; the kill harness looks before it forks."""
    forking = [
        f"{named(path)}:{node.lineno}"
        for path in sources(*OURS)
        if named(path) != "tests/victim.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in {"fork", "forkpty"})
        or (
            isinstance(node, ast.Call)
            and getattr(node.func, "attr", "") in {"get_context", "set_start_method"}
            and any(
                isinstance(arg, ast.Constant) and arg.value in {"fork", "forkserver"} for arg in node.args
            )
        )
    ]
    assert forking == []


def test_files_and_functions_stay_small():
    long_files = {
        named(path): lines
        for path in sources(*OURS)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    long_functions = [
        f"{named(path)}:{node.name}"
        for path in sources("src")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert (long_files, long_functions) == ({}, [])


def test_every_template_is_used():
    said = "\n".join(
        path.read_text(encoding="utf-8") for path in [*sources("src"), *TEMPLATES.rglob("*.html")]
    )
    # `chart_bars.html` and its sisters are named by a pattern.
    unused = [
        name
        for path in TEMPLATES.rglob("*.html")
        if (name := str(path.relative_to(TEMPLATES))) not in said and not path.name.startswith("chart_")
    ]
    assert unused == []


FORBIDDEN_IN_TEMPLATES = {
    "an inline style": r"\sstyle=",
    "an inline handler": r"\son(click|change|submit|load|input)=",
    "a script without a file": r"<script(?![^>]*\bsrc=)",
    "text taken as HTML": r"\|\s*safe\b|autoescape off",
    "an address outside": r"(src|href|action)=\"(https?:)?//",
}


@pytest.mark.parametrize("what", FORBIDDEN_IN_TEMPLATES)
def test_no_template_holds(what):
    pattern = re.compile(FORBIDDEN_IN_TEMPLATES[what])
    assert [
        named(path) for path in TEMPLATES.rglob("*.html") if pattern.search(path.read_text(encoding="utf-8"))
    ] == []


def test_every_form_that_posts_carries_its_token():
    form = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.S)
    bare = [
        named(path)
        for path in TEMPLATES.rglob("*.html")
        for found in form.findall(path.read_text(encoding="utf-8"))
        if "{% csrf_token %}" not in found
    ]
    assert bare == []


def test_nothing_goes_round_the_guards_of_django():
    guards = re.compile(r"csrf_exempt|mark_safe|xframe_options_exempt|\.extra\(|RawSQL")
    assert [named(p) for p in sources("src") if guards.search(p.read_text(encoding="utf-8"))] == []


def test_the_repository_names_no_registry_and_no_machine():
    hosts = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.", "index" + "-url =", "/wo" + "rk/"]
    found = {f"{named(path)}: {host}" for path, text in texts() for host in hosts if host in text}
    assert found == set()
