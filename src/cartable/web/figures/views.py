"""Pages of figures: how many are really in hands, by commune and by school, day after day, and the same as files."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cartable.census.queries import Progress
from cartable.intake.exporting import write_csv
from cartable.monitoring import indicators
from cartable.monitoring.enums import Blank, Step
from cartable.monitoring.picture import Picture, Row, Thing
from cartable.monitoring.queries import operations_seen_by, picture
from cartable.operations.models import Operation
from cartable.web.charts import bars, curve
from cartable.web.figures import cells
from cartable.web.operations.views import operation_crumbs
from cartable.web.parts import Figure, crumb
from cartable.web.show import paged, show
from cartable.web.table import Column, Table


# A chart under its title and what it shows of the whole.
Drawing = tuple[str, str, SafeString]


def _seen(request: HttpRequest, operation_id: UUID, **asked: bool) -> tuple[Operation, Picture]:
    """Fetch an operation with its figures as far as the reader may see them, or 404."""
    operation = get_object_or_404(operations_seen_by(request.user), public_id=operation_id)
    found = picture(operation, request.user, **asked)
    if found is None or (asked.get("by_school") and found.gives):
        raise Http404
    return operation, found


def figures(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Show what became of an operation: coverage, the chain of numbers, communes, day after day."""
    operation, found = _seen(request, operation_id, by_day=True)
    csv = reverse("figures-communes-csv", args=[operation_id])
    return show(
        request,
        "figures/figures.html",
        title=_("Chiffres"),
        crumbs=operation_crumbs(operation),
        operation=operation,
        picture=found,
        answers=_answers_sentence(found),
        cards=[*_coverage_cards(found), *_in_hands_cards(found)],
        coverage=_coverage_table(found),
        chain=_chain_table(found),
        steps=[(step.label, indicators.DEFINITIONS[step]) for step in cells.steps_of(found)],
        drawings=_commune_charts(found, csv) if len(found.communes) > 1 else [],
        communes=_communes_table(request, found, csv),
        curves=_curves(found, reverse("figures-curve-csv", args=[operation_id])),
    )


def _answers_sentence(found: Picture) -> str:
    """Say how many have answered; a giver, and who has one school, are told nothing of it."""
    if found.gives or found.total.asked < 2:
        return ""
    return Progress(found.total.asked, found.total.answered, nobody=0, sent_back=0).sentence


def _coverage_cards(found: Picture) -> list[Figure]:
    return [] if found.gives else [_coverage_card(found, kind) for kind in found.kinds]


def _coverage_card(found: Picture, kind: str) -> Figure:
    one, row = indicators.rate(kind), found.total
    needed, covered = row.needed[kind], row.covered[kind]
    if needed == 0:
        one = indicators.needed(kind)
    definition = str(one.definition)
    if isinstance(needed, int) and isinstance(covered, int) and needed:
        said = _("%(covered)s élèves équipés sur %(needed)s.")
        definition = said % {"covered": cells.cell(covered), "needed": cells.cell(needed)} + " " + definition
    return _card(found, one, definition)


def _in_hands_cards(found: Picture) -> list[Figure]:
    said = _(
        "Tous articles réunis, établissements qui ont commencé à remettre : %(started)d, sur %(served)d qui ont reçu."
    )
    progress = said % {"started": found.started, "served": found.served} if found.served else ""
    shown = [indicators.step(thing, Step.IN_HANDS) for thing in found.things]
    return [_card(found, one, f"{one.definition} {progress}", answers=False) for one in shown]


def _card(found: Picture, one: indicators.Indicator, definition: str, *, answers: bool = True) -> Figure:
    value = one.of(found.total)
    return Figure(
        label=one.label,
        value=None if isinstance(value, Blank) else value,
        unit=one.unit,
        definition=definition,
        source=one.source,
        as_of=found.as_of,
        answered=found.total.answered if answers else None,
        expected=found.total.asked if answers else None,
        unit_of_answer=_("établissements"),
        hidden=value is Blank.HIDDEN,
    )


def _coverage_table(found: Picture) -> Table | None:
    if found.gives:
        return None

    def of(indicator: Any, label: str) -> Column:
        return Column(label, lambda kind: cells.cell(indicator(kind).of(found.total)), numeric=True)

    return Table(
        caption=_("Élèves à qui il manque quelque chose, et élèves équipés"),
        columns=[
            Column(_("Besoin"), cells.kind_name, heads=True),
            of(indicators.needed, _("Élèves à qui il en manque")),
            of(indicators.covered, _("Élèves équipés")),
            of(indicators.rate, _("Taux de couverture")),
            of(indicators.beyond, _("Équipés hors réponses")),
        ],
        rows=found.kinds,
    )


def _chain_table(found: Picture) -> Table:
    return Table(
        caption=_("De l'annonce aux mains des élèves : des articles, étape par étape"),
        columns=cells.chain_columns(found),
        rows=found.things,
        empty=_("L'opération ne donne et ne prête encore rien."),
    )


def _commune_charts(found: Picture, csv: str) -> list[Drawing]:
    """Draw what can be drawn: a chart without a bar says nothing that the table does not."""
    if found.gives:
        return [_thing_chart(found, thing, csv) for thing in found.things if cells.thing_bars(found, thing)]
    return [_pupil_chart(found, kind, csv) for kind in found.kinds if cells.pupil_bars(found, kind)]


def _pupil_chart(found: Picture, kind: str, csv: str) -> Drawing:
    items = cells.pupil_bars(found, kind)
    title = _("%(need)s : élèves équipés, sur ceux à qui il en manque") % {"need": cells.kind_name(kind)}
    which = _which(found, len(items))
    return (
        title,
        which,
        bars(
            key=f"bars-{kind}",
            title=title,
            description=which,
            items=items,
            unit=_("Élèves équipés"),
            of_unit=_("Élèves à qui il en manque"),
            csv=csv,
        ),
    )


def _thing_chart(found: Picture, thing: Thing, csv: str) -> Drawing:
    items = cells.thing_bars(found, thing)
    title = indicators.step(thing, Step.IN_HANDS).label
    which = _which(found, len(items))
    return (
        title,
        which,
        bars(
            key=f"bars-{thing[0]}-{thing[1]}",
            title=title,
            description=which,
            items=items,
            unit=_("En mains"),
            csv=csv,
        ),
    )


def _which(found: Picture, drawn: int) -> str:
    said = _(
        "%(drawn)d communes sur %(all)d : les plus grands nombres, parmi ceux qui sont connus et affichés."
    )
    return said % {"drawn": drawn, "all": len(found.communes)}


def _communes_table(request: HttpRequest, found: Picture, csv: str) -> Table:
    columns = [Column(_("Commune"), lambda row: row.label or _("inconnue"), heads=True)]
    if not found.gives:
        columns.append(Column(_("Réponses"), cells.answers_cell))
    return Table(
        caption=_("Toutes les communes"),
        columns=columns + cells.columns(cells.by_place(found)),
        rows=paged(request, list(found.communes.values()), per_page=25),
        empty=_("Aucun établissement dans cette opération."),
        csv=csv,
    )


def _curves(found: Picture, csv: str) -> list[Drawing]:
    return [_curve(found, thing, csv) for thing in found.things if found.curves.get(thing)]


def _curve(found: Picture, thing: Thing, csv: str) -> Drawing:
    title = _("%(thing)s, jour après jour") % {"thing": indicators.step(thing, Step.IN_HANDS).label}
    which = _("Nombre d'articles en mains à la fin de chaque jour où il a changé.")
    return (
        title,
        which,
        curve(
            key=f"curve-{thing[0]}-{thing[1]}",
            title=title,
            description=which,
            points=cells.points(found, thing),
            unit=_("En mains"),
            csv=csv,
        ),
    )


def schools(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Show the figures school by school, of one commune or of all."""
    operation, found = _seen(request, operation_id, by_school=True)
    chosen = request.GET.get("commune", "")
    rows = [row for row in found.schools.values() if chosen in ("", row.commune_code)]
    return show(
        request,
        "figures/schools.html",
        title=_("Chiffres par établissement"),
        crumbs=[*operation_crumbs(operation), _figures_crumb(operation)],
        operation=operation,
        picture=found,
        communes=[(row.code, row.label) for row in found.communes.values() if row.code],
        chosen=chosen,
        table=Table(
            caption=_("Par établissement"),
            columns=_school_columns(found),
            rows=paged(request, rows),
            empty=_("Aucun établissement ici. Choisissez une autre commune."),
            csv=reverse("figures-schools-csv", args=[operation_id]),
        ),
    )


def _figures_crumb(operation: Operation) -> dict[str, Any]:
    return crumb(_("Chiffres"), reverse("figures", args=[operation.public_id]))


def _school_columns(found: Picture) -> list[Column]:
    return [
        Column(_("Établissement"), lambda row: row.label, heads=True),
        Column(_("Commune"), lambda row: row.commune or "—"),
        Column(_("Réponse"), _answer_cell),
        *cells.columns(cells.by_place(found)),
    ]


def _answer_cell(row: Row) -> str:
    if not row.asked:
        return _("n'est plus interrogé")
    if not row.answered:
        return _("pas encore répondu")
    return _("personne n'en a besoin") if row.nobody else _("a répondu")


def communes_csv(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Give the figures by commune, the whole first."""
    found = _seen(request, operation_id)[1]
    return _file("chiffres-par-commune", ["code_commune", "commune"], cells.commune_lines(found))


def schools_csv(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Give the figures by school."""
    found = _seen(request, operation_id, by_school=True)[1]
    return _file("chiffres-par-etablissement", ["uai", "etablissement", "commune"], cells.school_lines(found))


def curve_csv(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Give what was in hands at the end of each day."""
    found = _seen(request, operation_id, by_day=True)[1]
    return _file("chiffres-par-jour", ["jour"], cells.curve_lines(found))


def _file(name: str, place: list[str], lines: Iterable[list[Any]]) -> HttpResponse:
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
    write_csv(response, [*place, *cells.FACTS], lines)
    return response
