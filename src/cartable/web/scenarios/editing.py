"""Pages that change a simulation: its settings, its goods, its funds, its own weights."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartable.equipment.queries import depot_stock
from cartable.foundation.refused import Refused
from cartable.funding.queries import envelopes_usable_by
from cartable.operations.queries import operations_led_by
from cartable.planning import actions, tagging
from cartable.planning.enums import Origin, ScenarioState
from cartable.planning.models import Scenario
from cartable.planning.queries import scenarios_led_by, usable_operations
from cartable.territories.models import Department
from cartable.territories.queries import circonscriptions_visible_to, cites_visible_to
from cartable.web.forms import Form
from cartable.web.scenarios import cells
from cartable.web.scenarios.forms import FundForm, GoodForm, SettingsForm, WeightsForm
from cartable.web.show import show


def _draft(request: HttpRequest, scenario_id: UUID) -> Scenario:
    rows = scenarios_led_by(request.user).filter(state=ScenarioState.DRAFT)
    return get_object_or_404(rows, public_id=scenario_id)


def _edited(
    request: HttpRequest, found: Scenario, form: Form, title: str, submit: str, **more: Any
) -> HttpResponse:
    return show(
        request,
        "scenarios/edit.html",
        form=form,
        title=title,
        submit=submit,
        back=reverse("scenario", args=[found.public_id]),
        crumbs=cells.crumbs(found),
        **more,
    )


def settings(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Change which needs count, the rule and the weights."""
    found = _draft(request, scenario_id)
    operations = list(usable_operations(request.user))
    form = SettingsForm(request.POST or None, scenario=found, operations=operations)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(
            actions.change_scenario, actor=request.user, scenario_id=scenario_id, **form.cleaned_data
        ):
            messages.success(request, _("Réglages enregistrés. Calculez la simulation pour voir leur effet."))
            return redirect("scenario", scenario_id=scenario_id)
    return _edited(request, found, form, _("Besoins, règle et poids"), _("Enregistrer"))


def good(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Add goods, or change those of a code."""
    found = _without_files(_draft(request, scenario_id))
    known = found.goods.filter(code=request.GET.get("code", "")).first()
    form = GoodForm(request.POST or None, initial=_initial_of_good(known), places=_places(request, found))
    if request.method == "POST" and form.is_valid():
        if form.carries_out(actions.put_good, actor=request.user, scenario_id=scenario_id, **form.asked):
            return redirect("scenario", scenario_id=scenario_id)
    return _edited(request, found, form, _("Un article de la simulation"), _("Enregistrer l'article"))


def _without_files(found: Scenario) -> Scenario:
    if found.archive_id:
        raise Http404
    return found


def _initial_of_good(known: Any) -> dict[str, Any]:
    if known is None:
        return {"origin": Origin.OFFER}
    names = ("code", "label", "origin", "good", "mode", "price_cents", "stock", "pack", "available_on")
    return {name: getattr(known, name) for name in names} | _restricted(known.only_for)


def _restricted(only_for: str) -> dict[str, Any]:
    """Give the publics and the place that a restriction names."""
    tags = only_for.split(tagging.AND)
    return {
        "only_for": [tag for tag in tags if ":" not in tag],
        "place": next((tag for tag in tags if ":" in tag), ""),
    }


def _places(request: HttpRequest, found: Scenario) -> list[tuple[str, str]]:
    """Give the circonscriptions and cités éducatives of the scenario's départements, as tags with their names."""
    departments = found.operations.order_by().values("department")
    offices = circonscriptions_visible_to(request.user).filter(department__in=departments, code__isnull=False)
    cites = cites_visible_to(request.user).filter(department__in=departments)
    return [
        *((f"circo:{one.code}", one.name) for one in offices.order_by("name")),
        *((f"cite:{one.code}", one.name) for one in cites.order_by("name")),
    ]


def from_depot(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Put into a simulation all that stands in the depots of its operations."""
    found = _without_files(_draft(request, scenario_id))
    added = 0
    for operation in operations_led_by(request.user).filter(scenarios=found):
        for good_, mode in sorted(set(operation.pools.values_list("good", "mode"))):
            added += _from_one(request, found, operation, good_, mode)
    words = ngettext("%(n)d sorte d'articles est au dépôt.", "%(n)d sortes d'articles sont au dépôt.", added)
    messages.success(request, words % {"n": added})
    return redirect("scenario", scenario_id=scenario_id)


def _from_one(request: HttpRequest, found: Scenario, operation: Any, good_: str, mode: str) -> int:
    units = sum(row.quantity for row in depot_stock(operation, good=good_, mode=mode))
    if not units:
        return 0
    try:
        actions.put_good(
            actor=request.user,
            scenario_id=found.public_id,
            code=f"depot-{operation.pk}-{good_}-{mode}",
            label=_("Au dépôt : %(operation)s") % {"operation": operation.name[:60]},
            origin=Origin.STOCK,
            good=good_,
            mode=mode,
            stock=units,
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
        return 0
    return 1


def drop_good(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Take goods out."""
    _draft(request, scenario_id)
    actions.remove_good(actor=request.user, scenario_id=scenario_id, code=request.POST.get("code", ""))
    return redirect("scenario", scenario_id=scenario_id)


def fund(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Add a fund, or change the one of a code."""
    found = _without_files(_draft(request, scenario_id))
    known = found.funds.select_related("cite", "envelope").filter(code=request.GET.get("code", "")).first()
    places = Department.objects.filter(operations__in=found.operations.order_by()).distinct()
    form = FundForm(
        request.POST or None,
        initial=_initial_of_fund(known),
        places=_places(request, found),
        envelopes=list(envelopes_usable_by(request.user)),
        cites=list(cites_visible_to(request.user).filter(department__in=places)),
        departments=list(places),
    )
    if request.method == "POST" and form.is_valid():
        if form.carries_out(actions.put_fund, actor=request.user, scenario_id=scenario_id, **form.asked):
            return redirect("scenario", scenario_id=scenario_id)
    return _edited(request, found, form, _("Un fonds de la simulation"), _("Enregistrer le fonds"))


def _initial_of_fund(known: Any) -> dict[str, Any]:
    if known is None:
        return {}
    names = ("code", "label", "kind", "budget_cents", "private_limit_cents")
    return {name: getattr(known, name) for name in names} | {
        **_restricted(known.only_for),
        "departments": known.departments.split("|"),
        "cite": str(known.cite.public_id) if known.cite else "",
        "envelope": str(known.envelope.public_id) if known.envelope else "",
    }


def drop_fund(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Take a fund out."""
    _draft(request, scenario_id)
    actions.remove_fund(actor=request.user, scenario_id=scenario_id, code=request.POST.get("code", ""))
    return redirect("scenario", scenario_id=scenario_id)


def weights(request: HttpRequest, scenario_id: UUID) -> HttpResponse:
    """Set the weights that the body gives itself."""
    found = _without_files(_draft(request, scenario_id))
    rows = found.own_weights.select_related("school").order_by("school__uai")
    lines = "\n".join(f"{row.school.uai} ; {str(row.weight.normalize()).replace('.', ',')}" for row in rows)
    form = WeightsForm(request.POST or None, initial={"lines": lines})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["lines"]
        if form.carries_out(
            actions.set_own_weights, actor=request.user, scenario_id=scenario_id, weights=given
        ):
            return redirect("scenario", scenario_id=scenario_id)
    return _edited(
        request,
        found,
        form,
        _("Poids choisis par l'organisme"),
        _("Enregistrer les poids"),
        intro=_("Un poids choisi prend la place du poids calculé de l'établissement."),
    )
