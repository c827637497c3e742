"""What `cartable check` says of a store that is not as it should be."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Damage:
    """One damage: a stable `code` for programs and tests, one French `sentence` for people."""

    code: str
    sentence: str
