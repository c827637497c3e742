"""The one way this engine says no."""


class AllocationRefused(ValueError):
    """Refuse an input with a stable `code` and a French `sentence` that says what to correct."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
