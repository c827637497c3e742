"""What the catalogues of messages are made of: reading the source, reading and writing `.po`, compiling `.mo`.

Pure Python, for a machine without gettext's own tools. A message id is French; see `make_messages.py`.
"""

import ast
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from django.utils.translation.template import templatize


ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "src" / "cartable"
LOCALE = HOUSE / "locale"
LANGUAGES = {"fr": "nplurals=2; plural=(n > 1);", "en": "nplurals=2; plural=(n != 1);"}

# How many leading arguments are text, and which of them: c = context, s = singular, p = plural.
FUNCTIONS = {"_": "s", "gettext": "s", "ngettext": "sp", "pgettext": "cs", "npgettext": "csp"}
STRING = r"""u?("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
TEMPLATE_CALL = re.compile(rf"\b(n?p?gettext|_)\(\s*{STRING}(?:\s*,\s*{STRING})?(?:\s*,\s*{STRING})?")
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdfr]")


class Message(NamedTuple):
    """What is asked of a catalogue: its context ("" for none), the text, and its plural ("" for none)."""

    context: str
    text: str
    plural: str

    @property
    def key(self) -> str:
        """Give the id as a compiled catalogue holds it."""
        context = f"{self.context}\x04" if self.context else ""
        return context + self.text + (f"\x00{self.plural}" if self.plural else "")


Translations = dict[Message, tuple[str, ...]]
Places = dict[Message, list[str]]


def _message(name: str, texts: list[str]) -> Message:
    found = dict(zip(FUNCTIONS[name], texts, strict=False))
    return Message(found.get("c", ""), found["s"], found.get("p", ""))


def _called(call: ast.Call) -> str:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    return re.sub(r"_(lazy|noop)$", "", name)


def in_python(source: str) -> Iterator[Message]:
    """Find the messages of Python source: what gettext and its kin are called on, and why things are refused."""
    tree = ast.parse(source)
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "Refused":
            yield from (Message("", text, "") for text in refusals(node, constants))
        elif isinstance(node, ast.Call) and (name := _called(node)) in FUNCTIONS:
            texts = [getattr(argument, "value", None) for argument in node.args[: len(FUNCTIONS[name])]]
            if len(texts) == len(FUNCTIONS[name]) and all(isinstance(text, str) for text in texts):
                yield _message(name, texts)


def refusals(call: ast.Call, constants: Mapping[str, ast.expr]) -> list[str]:
    """Give the sentences that a `Refused(code, sentence)` may say, where they are plain text of this file."""
    given = call.args[1:2]
    if call.args and isinstance(call.args[0], ast.Starred):
        pair = constants.get(getattr(call.args[0].value, "id", ""))
        given = pair.elts[1:2] if isinstance(pair, ast.Tuple) else []
    found = []
    for part in given:
        branches = [part.body, part.orelse] if isinstance(part, ast.IfExp) else [part]
        for branch in branches:
            said = constants.get(branch.id) if isinstance(branch, ast.Name) else branch
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                found.append(said.value)
    return found


def in_template(source: str) -> Iterator[Message]:
    """Find the messages of a Django template; Django itself turns its tags into calls."""
    for name, *literals in TEMPLATE_CALL.findall(templatize(source)):
        yield _message(name, [ast.literal_eval(literal) for literal in literals if literal])


def in_house(house: Path = HOUSE) -> Places:
    """Find every message of the source, with the files that say it, in a fixed order."""
    found: Places = {}
    for path in sorted(house.rglob("*")):
        read = {".py": in_python, ".html": in_template, ".txt": in_template}.get(path.suffix)
        if read is None or "migrations" in path.parts:
            continue
        for message in read(path.read_text(encoding="utf-8")):
            places = found.setdefault(message, [])
            if (place := path.relative_to(house).as_posix()) not in places:
                places.append(place)
    return found


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _unquoted(line: str) -> str:
    return ast.literal_eval(line[line.index('"') :])


def header(language: str) -> str:
    """Give the head of a catalogue: what a reader must know, and nothing that changes by itself."""
    lines = (
        f"Language: {language}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=UTF-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {LANGUAGES[language]}",
    )
    return "".join(f"{line}\n" for line in lines)


def write_po(language: str, translations: Translations, places: Places) -> str:
    """Write a catalogue in the format that translators know."""
    head = "\n".join(_quoted(line) for line in header(language).splitlines(keepends=True))
    blocks = [f'msgid ""\nmsgstr ""\n{head}\n']
    blocks += [_block(message, texts, places.get(message, [])) for message, texts in translations.items()]
    return "\n".join(blocks)


def _block(message: Message, texts: tuple[str, ...], places: list[str]) -> str:
    lines = [f"#: {place}" for place in places]
    if PLACEHOLDER.search(message.text + message.plural):
        lines.append("#, python-format")
    if message.context:
        lines.append(f"msgctxt {_quoted(message.context)}")
    lines.append(f"msgid {_quoted(message.text)}")
    if message.plural:
        lines.append(f"msgid_plural {_quoted(message.plural)}")
        lines += [f"msgstr[{number}] {_quoted(text)}" for number, text in enumerate(texts)]
    else:
        lines.append(f"msgstr {_quoted(texts[0])}")
    return "\n".join(lines) + "\n"


def read_po(source: str) -> Translations:
    """Read what `write_po` wrote, or a translator's program from it: long text may run over several lines."""
    translations: Translations = {}
    for block in re.split(r"\n\s*\n", source):
        fields: dict[str, str] = {}
        current = ""
        for line in block.splitlines():
            if line.startswith("msg"):
                current = line.split(" ", 1)[0]
                fields[current] = _unquoted(line)
            elif line.startswith('"') and current:
                fields[current] += _unquoted(line)
        if fields.get("msgid"):
            message = Message(fields.get("msgctxt", ""), fields["msgid"], fields.get("msgid_plural", ""))
            translations[message] = tuple(text for name, text in fields.items() if name.startswith("msgstr"))
    return translations


def compile_mo(language: str, translations: Translations) -> bytes:
    """Compile a catalogue: the format that gettext reads, untranslated messages left out."""
    texts = {"": header(language)}
    texts |= {message.key: "\x00".join(given) for message, given in translations.items() if all(given)}
    pairs = sorted((key.encode(), text.encode()) for key, text in texts.items())
    start = 7 * 4 + 16 * len(pairs)
    ids, ids_bytes = _table((key for key, _text in pairs), start)
    values, values_bytes = _table((text for _key, text in pairs), start + len(ids_bytes))
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 28 + 16 * len(pairs))
    return head + ids + values + ids_bytes + values_bytes


def _table(texts: Iterable[bytes], start: int) -> tuple[bytes, bytes]:
    table, body = b"", b""
    for text in texts:
        table += struct.pack("<2I", len(text), start + len(body))
        body += text + b"\0"
    return table, body


def faults(translations: Mapping[Message, tuple[str, ...]]) -> list[str]:
    """List the translations that say other placeholders than their message: they would break the page."""
    wrong = []
    for message, texts in translations.items():
        for original, text in zip(
            (message.text, message.plural or message.text), (*texts, *texts)[:2], strict=True
        ):
            if text and sorted(PLACEHOLDER.findall(original)) != sorted(PLACEHOLDER.findall(text)):
                wrong.append(f"« {original} » → « {text} »")
    return wrong


def paths(language: str) -> tuple[Path, Path]:
    """Give where a language's catalogue stands: for people (`.po`), for the program (`.mo`)."""
    folder = LOCALE / language / "LC_MESSAGES"
    return folder / "django.po", folder / "django.mo"
