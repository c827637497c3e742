"""What each figure means and where it comes from: a number never goes out without its definition and its source."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartable.monitoring.enums import Step
from cartable.monitoring.picture import Row, Thing
from cartable.operations.enums import Good, Mode
from cartable.pupils.enums import NeedKind


ANSWERS = gettext_lazy("réponses envoyées par les établissements")
ANSWERS_AND_HANDOVERS = gettext_lazy("réponses envoyées et remises enregistrées")
MODES = {Mode.GIVEN: gettext_lazy("don"), Mode.LENT: gettext_lazy("prêt")}
DEFINITIONS = {
    Step.ANNOUNCED: gettext_lazy("Quantité annoncée dans les parts de l'opération."),
    Step.RECEIVED: gettext_lazy("Articles entrés dans le dépôt, d'après le registre des stocks."),
    Step.DECLARED: gettext_lazy("Articles que les établissements ont déclaré détenir déjà."),
    Step.ALLOCATED: gettext_lazy("Parts des plans de répartition approuvés, sans la réserve."),
    Step.SHIPPED: gettext_lazy("Articles des expéditions parties du dépôt, arrivées ou non."),
    Step.ACCEPTED: gettext_lazy("Articles comptés et acceptés à l'arrivée."),
    Step.IN_HANDS: gettext_lazy(
        "Articles remis à une famille, qui ne sont ni rendus, ni perdus, ni annulés."
    ),
}
SOURCES = {
    Step.ANNOUNCED: gettext_lazy("opération"),
    Step.RECEIVED: gettext_lazy("réceptions au dépôt"),
    Step.DECLARED: gettext_lazy("déclarations des établissements"),
    Step.ALLOCATED: gettext_lazy("plans approuvés"),
    Step.SHIPPED: gettext_lazy("expéditions"),
    Step.ACCEPTED: gettext_lazy("réceptions confirmées"),
    Step.IN_HANDS: gettext_lazy("remises enregistrées"),
}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One figure: how to read it in a row, what it means, where it comes from; `short` heads a narrow column."""

    label: str
    short: str
    unit: str
    definition: str | Promise
    source: str | Promise
    column: str
    name: Any

    def of(self, row: Row) -> Any:
        """Read the figure in a row: a number, or why there is none."""
        if self.column == "rate":
            return row.rate(self.name)
        if self.column == "things":
            thing, step = self.name
            return row.things[thing][step]
        return getattr(row, self.column)[self.name]


def thing_name(thing: Thing) -> str:
    """Name a sort of article with its mode: "Tablette (prêt)"."""
    return f"{_capital(str(Good(thing[0]).label))} ({MODES[Mode(thing[1])]})"


def needed(kind: str) -> Indicator:
    """Describe the pupils who lack a kind of thing."""
    text = _("Élèves à qui il manque ceci, d'après les réponses envoyées. Sans réponse, rien n'est compté.")
    label = _("%(need)s : élèves à qui il en manque") % {"need": _kind(kind)}
    short = _("%(need)s : il en manque") % {"need": _kind(kind)}
    return Indicator(label, short, _("élèves"), text, ANSWERS, "needed", kind)


def covered(kind: str) -> Indicator:
    """Describe those of them who have it now."""
    text = _(
        "Parmi eux, élèves dont le foyer a aujourd'hui un article de l'opération ; chacun compte une fois."
    )
    label = _("%(need)s : élèves équipés") % {"need": _kind(kind)}
    short = _("%(need)s : équipés") % {"need": _kind(kind)}
    return Indicator(label, short, _("élèves"), text, ANSWERS_AND_HANDOVERS, "covered", kind)


def rate(kind: str) -> Indicator:
    """Describe the coverage of a kind of need."""
    text = _(
        "Élèves équipés sur 100 élèves à qui il en manquait, dans les réponses reçues. "
        "On compte des élèves, pas des articles."
    )
    label = _("%(need)s : taux de couverture") % {"need": _kind(kind)}
    short = _("%(need)s : taux") % {"need": _kind(kind)}
    return Indicator(label, short, "%", text, ANSWERS_AND_HANDOVERS, "rate", kind)


def beyond(kind: str) -> Indicator:
    """Describe those who were equipped without being in the answers."""
    text = _("Élèves équipés qui n'étaient pas dans les réponses : servis avant elles, ou repérés depuis.")
    label = _("%(need)s : équipés hors réponses") % {"need": _kind(kind)}
    return Indicator(label, label, _("élèves"), text, ANSWERS_AND_HANDOVERS, "beyond", kind)


def step(thing: Thing, at: Step) -> Indicator:
    """Describe the articles of a thing at one step of the chain."""
    label = f"{thing_name(thing)} : {at.label}"
    return Indicator(label, label, _("articles"), DEFINITIONS[at], SOURCES[at], "things", (thing, at))


def of_kind(kind: str) -> list[Indicator]:
    """Give what is said of pupils for one kind of need."""
    return [needed(kind), covered(kind), rate(kind)]


def _kind(kind: str) -> str:
    return _capital(str(NeedKind(kind).label))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
