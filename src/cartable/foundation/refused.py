"""The one way an action says no."""


class Refused(Exception):
    """An action that may not be done, with one clear French sentence for the person who asked.

    `code` is a stable word for programs and tests, `sentence` says in French what is wrong and what to do,
    `field` names the form field or column that it is about.
    """

    def __init__(self, code: str, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.field = field
