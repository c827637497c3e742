"""What a command prints: sentences for people, or one JSON object and nothing else; progress on stderr."""

import json
import sys
from collections.abc import Mapping
from typing import Any


def say(sentence: str) -> None:
    """Print a sentence of the result."""
    print(sentence)


def progress(sentence: str) -> None:
    """Print a line about work under way, on stderr."""
    print(sentence, file=sys.stderr, flush=True)


def answer(result: Mapping[str, Any], *, as_json: bool, sentences: list[str]) -> None:
    """Print the result as one JSON object, or as sentences."""
    if as_json:
        print(json.dumps(result, ensure_ascii=False, indent=2, default=str))
        return
    for sentence in sentences:
        say(sentence)
