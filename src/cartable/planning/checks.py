"""What `cartable check` asks of the planner: was done what was decided, and never more than there was to share?"""

from collections.abc import Iterator

from django.db.models import F, Q, Sum

from cartable.foundation.damage import Damage
from cartable.funding.queries import reserved_for
from cartable.planning.enums import ScenarioState, SplitState
from cartable.planning.models import Allocation, Scenario, ScenarioRun, Split, SplitShare


def damages() -> list[Damage]:
    """List what does not hold together in splits and in chosen scenarios."""
    return [*_too_much(), *_letters(), *_choices(), *_runs()]


def _too_much() -> Iterator[Damage]:
    sums = Split.objects.annotate(
        ae=Sum("shares__ae_cents", default=0), cp=Sum("shares__cp_cents", default=0)
    )
    for split in sums.filter(Q(ae__gt=F("ae_cents")) | Q(cp__gt=F("cp_cents"))).order_by("id"):
        yield Damage(
            "split_sum", f"Les parts du partage {split.public_id} dépassent ce qui était à répartir."
        )


def _letters() -> Iterator[Damage]:
    """A notified share is delegated to the cent; one of a draft is not delegated at all."""
    same = Q(delegation__ae_cents=F("ae_cents"), delegation__cp_cents=F("cp_cents"))
    nothing = Q(delegation=None, ae_cents=0, cp_cents=0)
    notified = Q(split__state=SplitState.NOTIFIED)
    wrong = notified & ~(same | nothing) | ~notified & Q(delegation__isnull=False)
    for share in SplitShare.objects.filter(wrong).order_by("id"):
        yield Damage(
            "split_letter", f"La part {share.public_id} d'un partage ne suit pas sa lettre de notification."
        )


def _choices() -> Iterator[Damage]:
    """What a chosen scenario's plans share is what its run said, and what its money reserves is what that costs."""
    for scenario in Scenario.objects.filter(state=ScenarioState.CHOSEN).order_by("id"):
        run = scenario.runs.select_related("archive").first()
        if run is None:
            yield Damage("choice_without_run", f"La simulation {scenario.public_id} est retenue sans calcul.")
            continue
        yield from _chosen_as_run(scenario, run)


def _chosen_as_run(scenario: Scenario, run: ScenarioRun) -> Iterator[Damage]:
    used = {row["code"]: row["used"] for row in run.figures["goods"] if row["used"]}
    planned = dict(scenario.plans.order_by().values_list("good__code").annotate(units=Sum("stock")))
    if planned != used:
        yield Damage(
            "choice_plans", f"Les plans de la simulation {scenario.public_id} ne sont pas son calcul."
        )
    if not run.archive.erased_at and _shares(scenario) != _shares_said(scenario, run):
        yield Damage(
            "choice_shares", f"Des parts de la simulation {scenario.public_id} ne sont pas celles du calcul."
        )
    paid = {row["code"]: row["spent"] for row in run.figures["funds"] if row["spent"]}
    codes = dict(scenario.funds.values_list("envelope__public_id", "code"))
    kept = {
        codes.get(row.envelope.public_id): row.amount_cents
        for row in reserved_for(f"scenario:{scenario.public_id}")
    }
    if kept != paid:
        yield Damage(
            "choice_money",
            f"L'argent réservé pour la simulation {scenario.public_id} n'est pas celui du calcul.",
        )


Shares = dict[tuple[str, str], tuple[int, int]]


def _shares(scenario: Scenario) -> Shares:
    """Give by good and school what stands allocated, and what its parts add up to."""
    rows = Allocation.objects.filter(plan__scenario=scenario).annotate(
        made_of=Sum("parts__quantity", default=0)
    )
    found = rows.values_list("plan__good__code", "school__uai", "quantity", "made_of")
    return {(good, school): (units, made_of) for good, school, units, made_of in found}


def _shares_said(scenario: Scenario, run: ScenarioRun) -> Shares:
    """Give what the run said of those who answered; a silent one's share, served since, is at most what was kept."""
    from cartable.planning.archives import read
    from cartable.planning.choosing import given

    held, said = _shares(scenario), dict[tuple[str, str], tuple[int, int]]()
    for one in given(read(run)):
        key = (one.good, one.school)
        late, parts = held.get(key, (0, 0))
        if not one.estimated:
            said[key] = (one.quantity, one.quantity)
        elif key in held and late == parts <= one.quantity:
            said[key] = (late, parts)
    return said


def _runs() -> Iterator[Damage]:
    """A kept run is the file that its row names: its hash stands in the document's row, and opens."""
    for run in ScenarioRun.objects.filter(archive__erased_at__isnull=False).order_by("id"):
        yield Damage("run_without_files", f"Les fichiers du calcul {run.public_id} ont été effacés.")
