"""The one way an action says no."""

from django.utils.translation import gettext


class Refused(Exception):
    """An action that may not be done, with one clear sentence for the person who asked.

    `code` is a stable word for programs and tests; `sentence` says what is wrong and what to do: it is written in
    French, and said in the language of who reads (`scripts/catalogues.py` finds it here, `_()` around it or not);
    `field` names the form field or column that it is about.
    """

    def __init__(self, code: str, sentence: str, field: str | None = None) -> None:
        self.code = code
        self.sentence = gettext(sentence)
        self.field = field
        super().__init__(self.sentence)
