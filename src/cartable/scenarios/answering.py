"""How schools answer in the stories: a list imported or families typed, what lacks, the return; or by telephone."""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from cartable.census.actions import Line, answer_nobody, enter_for, submit
from cartable.operations.enums import Good
from cartable.pupils.actions import add_family, mark_many
from cartable.pupils.enums import NeedKind
from cartable.pupils.imports import import_pupils
from cartable.pupils.inputs import FamilyInput, GuardianInput, HomeInput, NeedInput, PupilInput
from cartable.pupils.models import Pupil
from cartable.pupils.queries import pupils_visible_to
from cartable.scenarios.families import in_qpv, qpv_share, write_list
from cartable.scenarios.invent import Child
from cartable.scenarios.week import Week
from cartable.territories.models import School


COLLEGE_LEVELS = ("6E", "5E", "4E", "3E")
ECOLE_LEVELS = ("CP", "CE1", "CE2", "CM1", "CM2")
# Above that a director would rather import a list.
A_FEW = 8


def answer(week: Week, schools: Iterable[School]) -> None:
    """Each school brings its list, marks what lacks, and sends its return; or says that nobody needs it."""
    for school in schools:
        device, sim = week.needs[school.id]
        head = week.cast.heads[school.id]
        if device + sim == 0:
            answer_nobody(actor=head, operation_id=week.op.public_id, school_id=school.public_id)
            continue
        pupils = bring_list(week, school, max(device, sim) * 18 // 17 + 3)
        mark_many(actor=head, school_id=school.public_id, lacks=_lacks(pupils, device, sim))
        submit(actor=head, operation_id=week.op.public_id, school_id=school.public_id)


def bring_list(week: Week, school: School, count: int) -> list[Pupil]:
    """Bring invented pupils into a school, and give them in their order: a file, or a few families typed.

    Two écoles of three have no secretary: their director types the families; the others import a list.
    """
    cast, head = week.cast, week.cast.heads[school.id]
    levels = COLLEGE_LEVELS if school.kind == "college" else ECOLE_LEVELS
    children = cast.world.children(count, levels)
    if school.kind == "ecole" and count <= A_FEW and int(school.uai[3:7]) % 3:
        _type_families(week, school, children)
    else:
        _import_list(week, school, children)
    return list(pupils_visible_to(head).filter(school=school, left_on=None).order_by("id"))


def _import_list(week: Week, school: School, children: Sequence[Child]) -> None:
    cast = week.cast
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "eleves.csv"
        write_list(path, cast.world, cast.places[school.uai], children)
        import_pupils(actor=cast.heads[school.id], school_id=school.public_id, paths=[path])


def _type_families(week: Week, school: School, children: Sequence[Child]) -> None:
    place = week.cast.places[school.uai]
    for rank, child in enumerate(children):
        pupil = PupilInput(child.last_name, child.first_name, child.level, child.class_label)
        adult = GuardianInput(child.last_name, phone=week.cast.world.phone())
        home = HomeInput(
            address=week.cast.world.address(), in_priority_area=in_qpv(place, rank), guardians=(adult,)
        )
        add_family(
            actor=week.cast.heads[school.id],
            school_id=school.public_id,
            family=FamilyInput((pupil,), (home,)),
        )


def _lacks(pupils: Sequence[Pupil], device: int, sim: int) -> dict:
    """Say what each lacks: the first ones a device, and from the end of the list a connection."""
    lacks: dict = {}
    extra = len(pupils) // 17 + 1
    for pupil in pupils[: device + extra if device else 0]:
        lacks.setdefault(pupil.public_id, []).append(NeedInput(NeedKind.DEVICE))
    for rank, pupil in enumerate(pupils[: sim + extra]):
        lacks.setdefault(pupil.public_id, []).append(NeedInput(NeedKind.CONNECTION, takes_sim=True))
        if rank % 9 == 8:
            lacks[pupil.public_id].append(NeedInput(NeedKind.HOMEWORK_BY_POST))
    return lacks


def enter_by_telephone(week: Week, schools: Iterable[School]) -> None:
    """11:00: the secretary of a circonscription enters for the écoles that phoned."""
    for school in schools:
        sim = week.needs[school.id][1]
        inside = qpv_share(week.cast.places[school.uai], sim)
        lines = [Line("TOUS", NeedKind.CONNECTION, sim, sim, Good.SIM, inside, inside)] if sim else []
        enter_for(
            actor=week.cast.inspectors[school.circonscription_id],
            operation_id=week.op.public_id,
            school_id=school.public_id,
            lines=lines,
            nobody=not sim,
        )


def name_pupils(week: Week, school: School) -> None:
    """An école whose circonscription entered for it names its pupils when the cards arrive."""
    sim = week.needs[school.id][1]
    pupils = bring_list(week, school, sim * 18 // 17 + 3)
    mark_many(actor=week.cast.heads[school.id], school_id=school.public_id, lacks=_lacks(pupils, 0, sim))
