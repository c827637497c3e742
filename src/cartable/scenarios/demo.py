"""The demo: an invented département in the middle of its operation, with one account per role and work for each."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from cartable.accounts.actions import delegate
from cartable.accounts.enums import Right, Role, ScopeKind
from cartable.accounts.models import User
from cartable.bodies.actions import bodies_for_department, ensure_body
from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.equipment.actions.appointments import schedule
from cartable.equipment.actions.handovers import hand_over
from cartable.equipment.enums import Proof, Receiver
from cartable.equipment.queries import needs_waiting
from cartable.foundation import clock
from cartable.operations.actions import NewPool, add_pool
from cartable.operations.enums import Good, Mode
from cartable.operations.models import Operation
from cartable.planning.actions import propose
from cartable.pupils.actions import add_family
from cartable.pupils.enums import Capacity, HomeKind, NeedKind
from cartable.pupils.inputs import FamilyInput, GuardianInput, HomeInput, NeedInput, PupilInput
from cartable.scenarios import answering
from cartable.scenarios import week as steps
from cartable.scenarios.cast import Cast, Setting, gather, invite_everybody, person
from cartable.scenarios.demo_money import add_money
from cartable.scenarios.demo_simulations import add_simulations
from cartable.scenarios.week import Amounts, Progress, Week, many_rows
from cartable.territories.enums import SchoolKind
from cartable.territories.models import School


NAME = "Cartes SIM et tablettes"
PASSWORD = "Cartable-demo-2020"
SETTING = Setting(
    code="991",
    name="Val-d'Exemple",
    of_name="du Val-d'Exemple",
    colleges=130,
    ecoles=300,
    offices=20,
    lycees=2,
    seed=1,
)
AMOUNTS = Amounts(sims_colleges=320, sims_ecoles=90, lent=390, given=60)
ANSWERED = 96


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account of the demo: how to enter, as whom, and what to try first."""

    identifier: str
    role: str
    first_thing: str


@dataclass(frozen=True, slots=True)
class DemoAccounts:
    password: str
    rows: list[DemoAccount]


def make_demo(*, progress: Progress, setting: Setting = SETTING, amounts: Amounts = AMOUNTS) -> DemoAccounts:
    """Make the demo whole, or nothing of it; where it is there already, only say how to enter."""
    known = Operation.objects.filter(name=NAME, department__code=setting.code).first()
    if known is None:
        with transaction.atomic(), many_rows():
            _make(progress, setting, amounts)
    else:
        progress("La démonstration est là ; rien n'est perdu.")
    return DemoAccounts(PASSWORD, ACCOUNTS)


def _make(progress: Progress, setting: Setting, amounts: Amounts) -> None:
    monday = _monday_before(clock.today())
    progress("Un département inventé : 130 collèges, 300 écoles, 20 circonscriptions")
    with clock.at(_at(monday, 9)):
        week = Week(gather(setting), amounts)
        _open(week, monday)
        invite_everybody(week.cast)
    people = _people(week.cast)
    progress("Les établissements répondent ; quelques-uns se taisent")
    _answers(week, monday)
    progress("Le plan, les expéditions, les réceptions")
    _goods(week, monday)
    progress("Au collège : des familles attendent")
    _at_school(week, people, monday)
    progress("L'argent : du ministère au département, deux partages à notifier, un engagement à confirmer")
    envelope = add_money(week.cast, monday)
    progress("Trois simulations à comparer, dont une attend l'accord de la préfecture")
    add_simulations(week, envelope)


def _monday_before(day: date) -> date:
    return day - timedelta(days=day.weekday() + 7)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def _open(week: Week, monday: date) -> None:
    steps.open_operation(week, NAME, monday, monday + timedelta(days=2))
    pool = NewPool("Cartes SIM des lycées", SchoolKind.LYCEE, Good.SIM, Mode.GIVEN, 20)
    add_pool(actor=week.cast.equipment, operation_id=week.op.public_id, pool=pool)
    steps.receive_goods(week, credit_until=monday + timedelta(days=40))
    for rank, school in enumerate(week.cast.of_kind("college")):
        week.needs[school.id] = (3 + rank % 5, 2 + rank % 4)
    week.needs[week.cast.of_kind("college")[0].id] = (14, 11)
    for rank, school in enumerate(week.cast.of_kind("ecole")):
        week.needs[school.id] = (0, rank % 3)


def _answers(week: Week, monday: date) -> None:
    """96 collèges of 130 answer, a third of the écoles, some by telephone."""
    colleges, ecoles = week.cast.of_kind("college"), week.cast.of_kind("ecole")
    with clock.at(_at(monday, 14)):
        answering.answer(week, colleges[: ANSWERED - 6])
    with clock.at(_at(monday + timedelta(days=1), 10)):
        answering.answer(week, [s for rank, s in enumerate(ecoles[:150]) if rank % 5 == 1])
        answering.enter_by_telephone(week, [s for rank, s in enumerate(ecoles[:150]) if rank % 5 in (2, 3)])
        steps.validate_returns(week)
    with clock.at(_at(monday + timedelta(days=2), 9)):
        answering.answer(week, colleges[ANSWERED - 6 : ANSWERED])


def _goods(week: Week, monday: date) -> None:
    """The collèges' plans are approved and leave; the écoles' plan waits for its approval."""
    with clock.at(_at(monday + timedelta(days=2), 14)):
        sims = steps.share_out(week, week.pool("college", Good.SIM, Mode.GIVEN))
        tablets = steps.share_out(week, week.pool("college", Good.TABLET, Mode.GIVEN))
        ecoles = week.pool("ecole", Good.SIM, Mode.GIVEN)
        propose(actor=week.cast.equipment, pool_id=ecoles.public_id)
    with clock.at(_at(monday + timedelta(days=3), 8)):
        shipments = steps.ship(week, [sims, tablets], on=monday + timedelta(days=3))
        steps.confirm([s for rank, s in enumerate(shipments) if rank % 8 != 7])


def _at_school(week: Week, people: dict[str, User], monday: date) -> None:
    """Some collèges have begun to hand over; the one of the demo's head has families waiting today."""
    colleges = week.cast.of_kind("college")
    with clock.at(_at(monday + timedelta(days=7), 8)):
        for school in colleges[1:25]:
            steps.at_the_gate(
                week, school, Good.TABLET, Mode.LENT, [f"TD{school.uai}{n:03d}" for n in range(40)]
            )
        # From the end of the boxes: the first cards stay free for whoever tries the demo.
        pile = iter(reversed(steps.sim_numbers(week)))
        for school in colleges[1:60]:
            steps.at_the_gate(week, school, Good.SIM, Mode.GIVEN, steps.cards_of(pile, week, school))
    _families_of_the_demo(week, people)


def _families_of_the_demo(week: Week, people: dict[str, User]) -> None:
    school, head = week.cast.of_kind("college")[0], people["chef"]
    need = needs_waiting(head, school, week.op, Good.TABLET)[0]
    hand_over(
        actor=head,
        school_id=school.public_id,
        operation_id=week.op.public_id,
        need_id=need.public_id,
        good=Good.TABLET,
        number=f"TD{school.uai}001",
        key=need.public_id,
        receiver=Receiver.LEGAL_GUARDIAN,
        proof=Proof.AGREEMENT,
    )
    if needs_waiting(head, school, week.op, Good.SIM):
        schedule(
            actor=head,
            school_id=school.public_id,
            operation_id=week.op.public_id,
            starts_at=_when_school_is_open(),
            minutes_each=10,
            good=Good.SIM,
        )
    _adult_pupil(people["proviseur"], week.cast.of_kind("lycee")[0])


def _when_school_is_open() -> datetime:
    """Give an hour from now, or else the next morning with classes: nobody comes to a school at night."""
    soon = (clock.now() + timedelta(hours=1)).astimezone(clock.zone("Europe/Paris"))
    if soon.weekday() < 5 and 8 <= soon.hour < 17:
        return soon
    day = soon.date() + timedelta(days=soon.hour >= 8)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, time(9), soon.tzinfo)


def _adult_pupil(head: User, school: School) -> None:
    """A lycéen of age lives alone and signs alone."""
    born = date(clock.today().year - 19, 3, 1)
    adult = PupilInput(
        "Vallée-Haute", "Sohan", "TLE", "TLE B", born, lacks=(NeedInput(NeedKind.CONNECTION, True),)
    )
    himself = GuardianInput("Vallée-Haute", "Sohan", phone="06 39 98 00 01", capacity=Capacity.SELF)
    home = HomeInput(HomeKind.FAMILY, "3 rue Nouvelle", "99101", "Boisclair", guardians=(himself,))
    add_family(actor=head, school_id=school.public_id, family=FamilyInput((adult,), (home,)))


def _people(cast: Cast) -> dict[str, User]:
    """Open one account per role."""
    state = bodies_for_department(actor=None, department=cast.department)
    college, ecole, lycee = (cast.of_kind(kind)[0] for kind in ("college", "ecole", "lycee"))
    association = ensure_body(actor=None, kind=BodyKind.ASSOCIATION, name="Les Amis de l'Étude")
    giver = Body.objects.get(kind=BodyKind.FOUNDATION, name="Fondation SFR")
    region, office = cast.department.region.code, cast.of_kind("ecole")[0].circonscription
    places: dict[str, tuple[Role, ScopeKind, str]] = {
        "equipement": (Role.EQUIPMENT, ScopeKind.BODY, str(state.council.public_id)),
        "chef": (Role.HEAD, ScopeKind.SCHOOL, college.uai),
        "directrice": (Role.HEAD, ScopeKind.SCHOOL, ecole.uai),
        "proviseur": (Role.HEAD, ScopeKind.SCHOOL, lycee.uai),
        "ien": (Role.CIRCONSCRIPTION, ScopeKind.CIRCONSCRIPTION, str(office.code)),
        "prefecture": (Role.PREFECTURE, ScopeKind.DEPARTMENT, cast.department.code),
        "dsden": (Role.ACADEMY, ScopeKind.DEPARTMENT, cast.department.code),
        "region": (Role.REGION, ScopeKind.REGION, region),
        "national": (Role.NATIONAL, ScopeKind.EVERYWHERE, ""),
        "donateur": (Role.GIVER, ScopeKind.BODY, str(giver.public_id)),
        "association": (Role.ASSOCIATION, ScopeKind.BODY, str(association.public_id)),
        "controle": (Role.AUDITOR, ScopeKind.EVERYWHERE, ""),
        "admin": (Role.ADMINISTRATOR, ScopeKind.EVERYWHERE, ""),
    }
    people = {
        name: person(_identifier(name), NAMES[name], *right, password=PASSWORD)
        for name, right in places.items()
    }
    delegate(
        actor=people["chef"],
        school_id=college.public_id,
        identifier=_identifier("cpe"),
        display_name=NAMES["cpe"],
        rights=[Right.MARK, Right.HAND_OVER],
        until=clock.today() + timedelta(days=200),
    )
    return people


def _identifier(name: str) -> str:
    return f"{name}@demo.invalid"


NAMES = {
    "equipement": "Service de l'équipement",
    "chef": "Principale du collège",
    "cpe": "Conseiller principal d'éducation",
    "directrice": "Directrice d'école",
    "proviseur": "Proviseur du lycée",
    "ien": "Inspectrice de circonscription",
    "prefecture": "Déléguée du préfet",
    "dsden": "Direction académique",
    "region": "Préfecture de région",
    "national": "Ministère",
    "donateur": "Fondation donatrice",
    "association": "Association",
    "controle": "Auditeur",
    "admin": "Administration des comptes",
}
FIRST_THINGS = {
    "equipement": "suivre les réponses, comparer des simulations, approuver le plan des écoles",
    "chef": "remettre les cartes aux familles qui attendent",
    "directrice": "saisir trois familles, puis envoyer la réponse",
    "proviseur": "voir l'élève majeur qui signe seul",
    "ien": "appeler les écoles, saisir pour elles",
    "prefecture": "lire les chiffres du département, répondre à une simulation, confirmer un engagement",
    "dsden": "lire les réponses par établissement",
    "region": "comparer les clés, notifier le partage de crédits proposé",
    "national": "lire les chiffres de tout le pays, notifier un partage entre les régions",
    "donateur": "voir ce que le don est devenu",
    "association": "suivre sa subvention, déclarer une facture",
    "controle": "suivre une remise sous pseudonyme, lire le journal",
    "admin": "ouvrir un compte, donner un droit",
}
ACCOUNTS = [DemoAccount(_identifier(name), NAMES[name], thing) for name, thing in FIRST_THINGS.items()]
