"""Do the papers of the repository say what is there: links, commands, settings?"""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartable.cli.main import parser


ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "LISEZMOI.md")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("src/**/*.md")])
LINK = re.compile(r"\]\(<?([^)\s>]+)>?\)")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
ELSEWHERE = re.compile(r"^(https?|mailto):")


def _words(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def _anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, made as code forges make them."""
    headings = re.findall(r"^#+ +(.+?) *$", _words(page), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _resolves(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not anchor or target.suffix != ".md" or anchor in _anchors(target)


def _broken(page: Path) -> list[str]:
    links = LINK.findall(_words(page))
    return [link for link in links if not ELSEWHERE.match(link) and not _resolves(page, link)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    assert _broken(page) == []


def test_a_broken_link_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setitem(_resolves.__globals__, "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# Où aller ?\n[a](none.md) [b](page.md#où-aller-) [c](#nowhere) [d](https://example.org/)\n"
    )
    assert _broken(page) == ["none.md", "#nowhere"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_is_named_exists(page):
    named = re.findall(r"`((?:\w+/)+\w+(?:\.\w+)?)`", _words(page))
    lost = [
        name for name in named if not any((base / name).exists() for base in (ROOT, ROOT / "src/cartable"))
    ]
    assert [name for name in lost if not name.startswith("var/")] == []


def _commands(top: argparse.ArgumentParser, before: str = "cartable") -> Iterator[str]:
    children = [action for action in top._actions if isinstance(action, argparse._SubParsersAction)]
    if not children:
        yield before
    for name, command in (item for action in children for item in action.choices.items()):
        yield from _commands(command, f"{before} {name}")


@pytest.mark.parametrize("readme", READMES)
def test_every_command_is_documented(readme):
    said = (ROOT / readme).read_text(encoding="utf-8")
    commands = list(_commands(parser()))
    assert len(commands) > 8
    assert [command for command in commands if f"`{command}" not in said] == []


@pytest.mark.parametrize("readme", READMES)
def test_no_command_is_documented_that_is_not_there(readme):
    said = (ROOT / readme).read_text(encoding="utf-8")
    named = re.findall(r"`(cartable [a-z][a-z -]*?)(?= [A-Z-]|`)", said)
    assert sorted(set(named) - set(_commands(parser()))) == []


@pytest.mark.parametrize("readme", READMES)
def test_every_setting_of_the_environment_is_documented(readme):
    said = (ROOT / readme).read_text(encoding="utf-8")
    settings = (ROOT / "src/cartable/config/settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'\benv(?:\.\w+)?\(\s*"(\w+)"', settings))
    assert {"DATABASE_URL", "CARTABLE_KEYS"} <= read
    assert sorted(name for name in read if f"`{name}`" not in said) == []
    assert sorted(set(re.findall(r"`(CARTABLE_\w+)`", said)) - read) == []
