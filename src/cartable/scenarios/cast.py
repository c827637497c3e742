"""Who takes part: bodies, accounts, schools and their heads, of an invented département."""

from dataclasses import dataclass, field

from cartable.accounts.actions import create_user, invite_all, invite_ecoles
from cartable.accounts.enums import Role, ScopeKind
from cartable.accounts.models import Assignment, User
from cartable.bodies.actions import bodies_for_department, ensure_body
from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.foundation import clock
from cartable.scenarios.directory import open_directory
from cartable.scenarios.invent import Place, World
from cartable.territories.actions import add_invented_department
from cartable.territories.models import Department, School


@dataclass(frozen=True, slots=True)
class Setting:
    """Where it plays, and at what size."""

    code: str
    name: str
    of_name: str
    colleges: int
    ecoles: int
    offices: int
    seed: int
    lycees: int = 0
    updated: str = "2020-01-06"


@dataclass(slots=True)
class Cast:
    """The people and places of a scenario; `heads` and `inspectors` are filled once accounts are open."""

    setting: Setting
    world: World
    department: Department
    council: Body
    equipment: User
    places: dict[str, Place]
    schools: dict[str, School]
    heads: dict[int, User] = field(default_factory=dict)
    inspectors: dict[int, User] = field(default_factory=dict)

    def of_kind(self, kind: str) -> list[School]:
        """Give the schools of a sort, in the order of their UAI."""
        return [school for school in self.schools.values() if school.kind == kind]


def gather(setting: Setting) -> Cast:
    """Make the département, its directory, its bodies and the equipment service's account; again, find them."""
    department = add_invented_department(
        code=setting.code, name=setting.name, of_name=setting.of_name, region="11", academy="24"
    )
    world = World(setting.code, setting.seed, clock.today().year)
    places = [
        *world.colleges(setting.colleges),
        *world.ecoles(setting.ecoles, setting.offices),
        *world.lycees(setting.lycees),
    ]
    open_directory(department, places, setting.updated)
    council = bodies_for_department(actor=None, department=department).council
    council = ensure_body(
        actor=None,
        kind=BodyKind.LOCAL_AUTHORITY,
        name=council.name,
        department=department,
        phone="01 99 00 00 00",
        privacy_contact="Déléguée à la protection des données, dpd@departement.invalid",
    )
    rows = School.objects.filter(department=department, kind__in=["college", "ecole", "lycee"]).order_by(
        "uai"
    )
    return Cast(
        setting=setting,
        world=world,
        department=department,
        council=council,
        equipment=person(
            f"equipement.{setting.code}@departement.invalid",
            "Service de l'équipement",
            Role.EQUIPMENT,
            ScopeKind.BODY,
            str(council.public_id),
        ),
        places={place.uai: place for place in places},
        schools={
            school.uai: school for school in rows.select_related("department", "commune", "circonscription")
        },
    )


def person(
    identifier: str, name: str, role: Role, kind: ScopeKind, place: str = "", *, password: str | None = None
) -> User:
    """Give the account of that identifier, opened with its right at the first call; a password makes it a demo's."""
    known = User.objects.filter(identifier=identifier).first()
    return known or create_user(
        actor=None,
        identifier=identifier,
        display_name=name,
        email=identifier if "@" in identifier else "",
        role=role,
        scope_kind=kind,
        place=place,
        password=password,
        demo=password is not None,
    )


def invite_everybody(cast: Cast) -> None:
    """Open the accounts of collèges and circonscriptions in one step, then each circonscription its écoles'."""
    invite_all(actor=cast.equipment, department_id=cast.department.public_id)
    held = Assignment.objects.filter(circonscription__department=cast.department, role=Role.CIRCONSCRIPTION)
    cast.inspectors = {
        row.circonscription_id: row.user for row in held.select_related("user", "circonscription")
    }
    for row in held.select_related("user", "circonscription"):
        invite_ecoles(actor=row.user, circonscription_id=row.circonscription.public_id)
    heads = Assignment.objects.filter(school__department=cast.department, role=Role.HEAD).select_related(
        "user"
    )
    cast.heads = {row.school_id: row.user for row in heads}
