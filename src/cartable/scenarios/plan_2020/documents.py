"""What documents a, b and c say of the money of the plan of 20 April 2020, line by line, each figure with its words.

Where a document leaves a line open, it stays "to be specified". Two bounds are computed from figures of other public
sources, and say so: 15 % of the 34 M€ that the cités éducatives had for 2020, and 15 % of the 4.6 M€ of those of the
Hauts-de-France. The second (690,000 €) is not the 695,294 € of extra credits that the same région received.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cartable.bodies.actions import ensure_body
from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.funding.actions import (
    Ceiling,
    add_document,
    add_figure,
    open_line,
    open_programme,
    set_ceiling,
)
from cartable.funding.enums import CeilingKind, Serves
from cartable.funding.models import Line, Programme, SourceDocument
from cartable.territories.models import Region


CODE = "plan-2020"
ANNOUNCED = date(2020, 4, 20)
HAUTS_DE_FRANCE = "32"
EXTRA_OF_THE_NORTH = 695_294_00
UP_TO, MORE_THAN, EXACTLY, SHARE = (
    CeilingKind.UP_TO,
    CeilingKind.MORE_THAN,
    CeilingKind.EXACTLY,
    CeilingKind.SHARE,
)
# The three axes, of which the sum is the whole plan: "more than 9 M€" is a bound from below, read here as 9.
AXES = ("Axe 1, équipement", "Axe 2, mentorat", "Axe 3, associations de quartier")
WHOLE = "Ensemble du plan"


@dataclass(frozen=True, slots=True)
class Lines:
    """The programme, the ministry that answers for it, and its lines by code."""

    programme: Programme
    ministry: Body
    lines: dict[str, Line]
    documents: dict[str, SourceDocument]


def open_plan(*, actor: Any, ministry: Body) -> Lines:
    """Open the programme with its documents, its five lines and what the documents say of each."""
    programme = open_programme(
        actor=actor,
        code=CODE,
        name="Plan du 20 avril 2020 pour la continuité éducative (reconstitution)",
        starts_on=ANNOUNCED,
        ends_on=date(2020, 12, 31),
    )
    documents = {
        code: add_document(
            actor=actor, programme=programme, code=code, title=title, dated=ANNOUNCED, where=where
        )
        for code, title, where in (
            ("a", "Plan national du 20 avril 2020 pour les élèves des quartiers", "macommune.info"),
            ("b", "Circulaire D20005443 et délégation aux Hauts-de-France", "irev.fr"),
            ("c", "Annonce du plan, dépêche d'agence", "AEF info"),
        )
    }
    plan = Lines(programme, ministry, {}, documents)
    for wanted in LINES:
        _line(actor, plan, **wanted)
    _figures(actor, plan)
    north = Region.objects.get(code=HAUTS_DE_FRANCE)
    set_ceiling(
        actor=actor,
        line=plan.lines["cites_educatives_15"],
        region=north,
        ceiling=Ceiling(SHARE, percent=Decimal(15), base_cents=4_600_000_00),
        basis="15 % de 4,6 M€ par an pour les 13 premières cités éducatives de la région (calcul)",
        document=documents["b"],
    )
    return plan


def ministry_of_the_plan() -> Body:
    """Give the body that answers for budget programme 147."""
    return ensure_body(actor=None, kind=BodyKind.MINISTRY, name="Ministère chargé de la Ville")


LINES: tuple[dict[str, Any], ...] = (
    {
        "code": "equipment_extra",
        "name": "Équipement : délégation supplémentaire aux préfets de région",
        "ceiling": Ceiling(UP_TO, 5_000_000_00),
        "basis": "« jusqu'à 5 M€ », délégués sans délai aux préfets de région",
        "document": "b",
        "serves": Serves.QPV_PUPILS,
    },
    {
        "code": "cites_educatives_15",
        "name": "Équipement : 15 % de l'enveloppe 2020 des cités éducatives",
        "ceiling": Ceiling(SHARE, percent=Decimal(15), base_cents=34_000_000_00),
        "basis": "« jusqu'à 15 % » de chaque enveloppe 2020 ; 5,1 M€ est calculé sur 34 M€ par an",
        "document": "b",
        "serves": Serves.CITE_EDUCATIVE,
    },
    {
        "code": "cites_educatives_2019",
        "name": "Équipement : crédits 2019 encore disponibles des cités éducatives",
        "ceiling": Ceiling(),
        "basis": "« crédits 2019 encore disponibles » : montant à préciser",
        "document": "b",
        "serves": Serves.CITE_EDUCATIVE,
    },
    {
        "code": "mentoring",
        "name": "Mentorat : 30 000 jeunes suivis",
        "ceiling": Ceiling(EXACTLY, 1_000_000_00),
        "basis": "1 M€ aux associations nationales de mentorat",
        "document": "c",
    },
    {
        "code": "associations",
        "name": "Associations de quartier",
        "ceiling": Ceiling(EXACTLY, 5_000_000_00),
        "basis": "5 M€ mobilisés par les préfets, sans attendre la programmation des contrats de ville",
        "document": "c",
        "running_costs": True,
    },
)


def _line(actor: Any, plan: Lines, *, code: str, document: str, **wanted: Any) -> None:
    plan.lines[code] = open_line(
        actor=actor,
        programme=plan.programme,
        code=code,
        funder=plan.ministry,
        budget_programme="147",
        document=plan.documents[document],
        **wanted,
    )


def _figures(actor: Any, plan: Lines) -> None:
    """Keep each figure in the words of its document; two documents may say the same."""
    lines, north = plan.lines, Region.objects.get(code=HAUTS_DE_FRANCE)
    said: tuple[tuple[str, str, str, Ceiling, dict[str, Any]], ...] = (
        ("a", WHOLE, "15 M€", Ceiling(EXACTLY, 15_000_000_00), {}),
        ("c", WHOLE, "15 millions d'euros", Ceiling(EXACTLY, 15_000_000_00), {}),
        ("a", AXES[0], "plus de 9 M€", Ceiling(MORE_THAN, 9_000_000_00), {}),
        ("c", AXES[0], "plus de 9 millions d'euros", Ceiling(MORE_THAN, 9_000_000_00), {}),
        ("c", AXES[1], "1 M€", Ceiling(EXACTLY, 1_000_000_00), {"line": lines["mentoring"]}),
        ("a", AXES[2], "5 M€", Ceiling(EXACTLY, 5_000_000_00), {"line": lines["associations"]}),
        ("c", AXES[2], "5 M€", Ceiling(EXACTLY, 5_000_000_00), {"line": lines["associations"]}),
        (
            "b",
            "Délégation supplémentaire",
            "jusqu'à 5 M€",
            Ceiling(UP_TO, 5_000_000_00),
            {"line": lines["equipment_extra"]},
        ),
        (
            "b",
            "Délégation supplémentaire, Hauts-de-France",
            "695 294 € de crédits délégués supplémentaires",
            Ceiling(EXACTLY, EXTRA_OF_THE_NORTH),
            {"line": lines["equipment_extra"], "region": north},
        ),
        (
            "b",
            "Cités éducatives, 2020",
            "jusqu'à 15 % de l'enveloppe 2020",
            Ceiling(SHARE, percent=Decimal(15)),
            {"line": lines["cites_educatives_15"]},
        ),
        (
            "b",
            "Cités éducatives, 2019",
            "les crédits 2019 encore disponibles",
            Ceiling(),
            {"line": lines["cites_educatives_2019"]},
        ),
    )
    for document, label, words, figure, about in said:
        add_figure(
            actor=actor, document=plan.documents[document], label=label, words=words, ceiling=figure, **about
        )
