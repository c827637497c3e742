"""Seine-Saint-Denis, 24 April to June 2020: 1,800 SIM cards, 15,000 tablets lent, 2,000 given (source e).

The places and people are invented, the quantities are those of the source. One transaction: a run that is killed
leaves nothing, a second run finds everything done.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from cartable.equipment.actions.credits import warn_ending_credits
from cartable.equipment.actions.endings import prolong, return_loan
from cartable.equipment.enums import Condition
from cartable.equipment.models import Handover, Loan
from cartable.foundation import clock
from cartable.ledger.queries import sum_is_zero
from cartable.monitoring.queries import coverage
from cartable.operations.enums import Good, Mode
from cartable.operations.models import Operation
from cartable.planning.models import Allocation
from cartable.pupils.models import NeedPupil
from cartable.scenarios import answering
from cartable.scenarios import week as steps
from cartable.scenarios.april_plan import choose_plan
from cartable.scenarios.cast import Setting, gather, invite_everybody
from cartable.scenarios.week import Amounts, Progress, Week, many_rows, paris
from cartable.territories.models import School


NAME = "Cartes SIM et tablettes, avril 2020"
SETTING = Setting(
    code="993",
    name="Seine-Saint-Denis (reconstitution 2020)",
    of_name="de la Seine-Saint-Denis (reconstitution 2020)",
    colleges=130,
    ecoles=300,
    offices=20,
    seed=2020,
)
AMOUNTS = Amounts(sims_colleges=1400, sims_ecoles=400, lent=15_000, given=2_000)
SILENT_ON_WEDNESDAY = 34


def play(*, progress: Progress, setting: Setting = SETTING, amounts: Amounts = AMOUNTS) -> dict[str, Any]:
    """Play the whole story and give its figures; where it was played already, give the figures alone."""
    played = Operation.objects.filter(name=NAME, department__code=setting.code).first()
    if played is None:
        with transaction.atomic(), many_rows():
            played = _play(progress, setting, amounts)
    else:
        progress("Déjà joué : rien ne change.")
    return figures(played)


def _play(progress: Progress, setting: Setting, amounts: Amounts) -> Operation:
    with clock.at(paris(27, 8)):
        progress("Le département, ses établissements, ses services")
        week = Week(gather(setting), amounts)
    with clock.at(paris(27, 9)):
        progress("Lundi 27 avril, 9 h : l'opération est ouverte, les accès partent")
        steps.open_operation(week, NAME, date(2020, 4, 27), date(2020, 4, 29))
        invite_everybody(week.cast)
    with clock.at(paris(27, 10)):
        progress("10 h : 1 800 cartes SIM, 2 000 tablettes, 15 000 déjà dans les collèges")
        steps.receive_goods(week, credit_until=date(2020, 6, 3))
        steps.plan_needs(week)
    late = _answers(week, progress)
    _plan_and_ship(week, late, progress)
    _gate(week, progress)
    _afterwards(week, progress)
    return week.op


def _answers(week: Week, progress: Progress) -> list[School]:
    """Monday to Wednesday: most answer in time; give those that do not."""
    colleges, ecoles = week.cast.of_kind("college"), week.cast.of_kind("ecole")
    silent = colleges[:: len(colleges) // SILENT_ON_WEDNESDAY or 1][:SILENT_ON_WEDNESDAY]
    on_time = [school for school in colleges if school not in silent]
    phoned, others = ecoles[3::10], [school for rank, school in enumerate(ecoles) if rank % 10 != 3]
    with clock.at(paris(27, 14)):
        progress(f"13 h 30 : {len(on_time)} collèges repèrent leurs élèves")
        steps.delegate_to_cpe(week, on_time[0], until=date(2020, 6, 30))
        answering.answer(week, on_time)
    with clock.at(paris(28, 11)):
        progress(f"Mardi : {len(others) - len(others) // 8} écoles répondent, {len(phoned)} par téléphone")
        answering.answer(week, [school for rank, school in enumerate(others) if rank % 8 != 7])
        answering.enter_by_telephone(week, phoned)
    with clock.at(paris(29, 12)):
        steps.send_one_back(week, on_time[1])
        progress(f"Mercredi 29 avril, midi : {steps.validate_returns(week)} remontées validées")
    return [*silent, *(school for rank, school in enumerate(others) if rank % 8 == 7)]


def _plan_and_ship(week: Week, late: list[School], progress: Progress) -> None:
    with clock.at(paris(29, 14)):
        progress("14 h : la simulation est retenue, avec une réserve pour ceux qui n'ont pas répondu")
        plans = choose_plan(week)
    with clock.at(paris(29, 18)):
        progress(f"18 h : {len(late)} établissements appelés répondent")
        answering.answer(week, late)
        steps.validate_returns(week)
        more = [second for plan in plans if (second := steps.serve_late(week, plan))]
    with clock.at(paris(30, 8)):
        shipments = steps.ship(week, [*plans, *more], on=date(2020, 4, 30))
        steps.confirm(shipments)
        progress(f"Jeudi 30 avril : {len(shipments)} expéditions reçues et comptées")


def _gate(week: Week, progress: Progress) -> None:
    sims = iter(steps.sim_numbers(week))
    with clock.at(paris(4, 9, month=5)):
        progress("Lundi 4 mai, 9 h : à la grille")
        for rank, school in enumerate(week.cast.of_kind("college")):
            steps.at_the_gate(week, school, Good.SIM, Mode.GIVEN, steps.cards_of(sims, week, school))
            steps.at_the_gate(week, school, Good.TABLET, Mode.GIVEN)
            serials = [f"TP{school.uai}{n:04d}" for n in range(400)]
            steps.at_the_gate(week, school, Good.TABLET, Mode.LENT, serials)
            if rank % 26 == 25:
                progress(f"  {rank + 1} collèges servis")
    with clock.at(paris(5, 9, month=5)):
        ecoles = week.cast.of_kind("ecole")
        named = set(
            NeedPupil.objects.filter(need__school__in=ecoles).values_list("need__school_id", flat=True)
        )
        for school in ecoles:
            if week.needs[school.id][1] and school.id not in named:
                answering.name_pupils(week, school)
            steps.at_the_gate(week, school, Good.SIM, Mode.GIVEN, steps.cards_of(sims, week, school))
        progress("Mardi 5 mai : les écoles aussi")


def _afterwards(week: Week, progress: Progress) -> None:
    with clock.at(paris(27, 9, month=5)):
        progress(f"27 mai : {warn_ending_credits()} établissements prévenus que le crédit finit dans 7 jours")
    with clock.at(paris(22, 10, month=6)):
        loan = Loan.objects.filter(handover__operation=week.op).order_by("id").first()
        if loan:
            head = week.cast.heads[loan.school_id]
            return_loan(actor=head, loan_id=loan.public_id, condition=Condition.GOOD)
        count = prolong(actor=week.cast.equipment, operation_id=week.op.public_id, due_on=date(2020, 8, 31))
        progress(f"22 juin : une tablette rendue, {count} prêts prolongés")


def figures(operation: Operation) -> dict[str, Any]:
    """Count, from the store alone, what the story made."""
    handed = Handover.objects.filter(operation=operation, replaces=None).exclude(state="cancelled")
    lent = Q(mode=Mode.LENT, product__good=Good.TABLET)
    given = Q(mode=Mode.GIVEN, product__good=Good.TABLET)
    return {
        "scenario": "seine-saint-denis-2020",
        "needs": NeedPupil.objects.filter(need__school__department=operation.department).count(),
        "sim": {
            "colleges": _allocated(operation, "college"),
            "circonscriptions": _allocated(operation, "ecole"),
        },
        "tablets": {"lent": handed.filter(lent).count(), "given": handed.filter(given).count()},
        "handed_over": handed.count(),
        "ledger_ok": sum_is_zero(),
        "coverage": {"before": 0.0, "after": _coverage(operation)},
    }


def _allocated(operation: Operation, serves: str) -> int:
    rows = Allocation.objects.filter(
        plan__pool__operation=operation,
        plan__pool__serves=serves,
        plan__pool__good=Good.SIM,
        plan__state="approved",
    )
    return sum(rows.values_list("quantity", flat=True))


def _coverage(operation: Operation) -> float:
    """Give the part of the pupils named in the returns who have what they lacked, over devices and connections."""
    counts = coverage(operation).values()
    needed = sum(lacking for lacking, _covered in counts)
    return round(sum(covered for _lacking, covered in counts) / needed, 4) if needed else 0.0


def sentences(result: dict[str, Any]) -> list[str]:
    """Say the figures in French."""
    after = f"{result['coverage']['after']:.0%}".replace("%", " %")
    return [
        f"Besoins repérés : {result['needs']}",
        f"Cartes SIM : {result['sim']['colleges']} pour les collèges, "
        f"{result['sim']['circonscriptions']} par les circonscriptions",
        f"Tablettes : {result['tablets']['lent']} prêtées, {result['tablets']['given']} données",
        f"Remises : {result['handed_over']} ; besoins couverts : {after}",
        "Le registre est équilibré."
        if result["ledger_ok"]
        else "Le registre n'est pas équilibré : lancez « cartable check ».",
    ]
