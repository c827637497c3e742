"""How the reading process says that a whole file cannot be taken."""


class Stop(Exception):
    """A file refused as a whole: `code` names the sentence (see `sentences`), `params` fill it."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Fault(str):
    """A cell that cannot be used; its text is the reason, in French."""

    __slots__ = ()
