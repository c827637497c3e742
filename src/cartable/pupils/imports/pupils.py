"""Write the pupils of a file: made, corrected or left as they are; and the homes that the file names."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice

from django.db.models import Q

from cartable.foundation import clock
from cartable.pupils import rules
from cartable.pupils.actions.leaving import mark_left
from cartable.pupils.enums import OTHER_LEVEL, HomeKind, Source
from cartable.pupils.imports.households import Book, Household
from cartable.pupils.imports.lines import Address, PupilLine, where
from cartable.pupils.imports.tally import Outcome, Tally
from cartable.pupils.models import Pupil
from cartable.territories.models import School


BATCH = 2_000
Progress = Callable[[int], None]


@dataclass(slots=True)
class Seen:
    """What the whole run has met: identities and rows by line, names that are there twice, what to say at the end."""

    lines: dict[str, int] = field(default_factory=dict)
    names: Counter[str] = field(default_factory=Counter)
    present: set[str] = field(default_factory=set)
    elsewhere: list[int] = field(default_factory=list)
    stay_away: list[int] = field(default_factory=list)

    def notes(self) -> list[str]:
        said = []
        if self.elsewhere:
            said.append(
                f"Un élève de même identité est déjà inscrit dans un autre établissement : {where(self.elsewhere)}."
            )
        if self.stay_away:
            said.append(
                f"Élèves notés partis, laissés ainsi ; réinscrivez-les sur leur fiche : {where(self.stay_away)}."
            )
        return said


@dataclass(slots=True)
class Known:
    """The pupils of the school that a batch may name, by each way of naming them."""

    by_match: dict[str, Pupil]
    by_ine: dict[str, Pupil]
    by_name: dict[str, list[Pupil]]
    left: dict[str, Pupil]


def write_pupils(
    school: School, source: Source, lines: list[PupilLine], tally: Tally, seen: Seen, progress: Progress
) -> None:
    """Write the lines batch by batch, inside the caller's transaction."""
    seen.names.update(line.name_key for line in lines)
    seen.present |= {line.match_key for line in lines if not line.gone}
    feed = iter(lines)
    while batch := list(islice(feed, BATCH)):
        _Batch(school, source, tally, seen, clock.now()).write(batch)
        progress(len(batch))


@dataclass(slots=True)
class _Batch:
    school: School
    source: Source
    tally: Tally
    seen: Seen
    now: datetime
    new: list[Pupil] = field(default_factory=list)
    changed: list[Pupil] = field(default_factory=list)

    def write(self, lines: Sequence[PupilLine]) -> None:
        known = _known(self.school, lines)
        taken = [(line, pupil) for line in lines if (pupil := self._settle(line, known)) is not None]
        book = Book(self.school)
        keys = {
            rules.household_at(self.school, address.place, line.last_name)
            for line, _ in taken
            for address in line.addresses
        }
        book.load([pupil for _, pupil in taken], keys)
        for line, pupil in taken:
            self._count(line, pupil, book)
        Pupil.objects.bulk_create(self.new)
        for pupil in self.changed:
            pupil.save()
        book.write()
        self.seen.elsewhere += _elsewhere(self.school, [line for line, _ in taken])

    def _settle(self, line: PupilLine, known: Known) -> Pupil | None:
        """Find the pupil of a line, or make one; None where the line is rejected or says nothing new."""
        if line.gone:
            self._settle_gone(line, known)
            return None
        pupil = self._find(line, known)
        if twin := self._already(line, pupil):
            self.tally.reject(line.line, f"déjà à la ligne {twin}")
            return None
        if pupil is None and line.match_key in known.left:
            self.seen.stay_away.append(line.line)
            self.tally.add(line.line, Outcome.UNCHANGED)
            return None
        if known.by_match.get(line.match_key, pupil) is not pupil:
            self.tally.reject(line.line, "un autre élève de l’établissement porte déjà cette identité")
            return None
        return pupil or Pupil(school=self.school, source=self.source, created_at=self.now)

    def _settle_gone(self, line: PupilLine, known: Known) -> None:
        """Take out a pupil who left, unless another line of the file says that he came back."""
        pupil = known.by_match.get(line.match_key) if line.match_key not in self.seen.present else None
        if pupil is not None and pupil.left_on is None:
            mark_left([pupil], line.left_on or clock.today(self.school.department.time_zone))
            self.tally.add(line.line, Outcome.CHANGED)
        elif line.match_key in known.left:
            self.tally.add(line.line, Outcome.UNCHANGED)
        else:
            self.tally.reject(line.line, line.gone)

    def _already(self, line: PupilLine, pupil: Pupil | None) -> int | None:
        """Give the earlier line of the same pupil, by identity, INE or row."""
        keys = [line.match_key, line.ine_hash, str(pupil.public_id) if pupil else ""]
        earlier = [self.seen.lines[key] for key in keys if key in self.seen.lines]
        for key in filter(None, keys):
            self.seen.lines.setdefault(key, line.line)
        return earlier[0] if earlier else None

    def _find(self, line: PupilLine, known: Known) -> Pupil | None:
        """By INE, else by identity, else by names where a birth date is wanting and no other can be meant."""
        found = known.by_ine.get(line.ine_hash) if line.ine_hash else None
        found = found or known.by_match.get(line.match_key)
        if found or self.seen.names[line.name_key] > 1:
            return found
        namesakes = known.by_name.get(line.name_key, [])
        if len(namesakes) != 1 or (line.birth_date and namesakes[0].birth_date):
            return None
        return namesakes[0] if line.level in (namesakes[0].level, OTHER_LEVEL) else None

    def _count(self, line: PupilLine, pupil: Pupil, book: Book) -> None:
        changed = _correct(pupil, line, clock.today(self.school.department.time_zone))
        moved = _settle_homes(pupil, line, book)
        if pupil.pk is None:
            self.new.append(pupil)
            self.tally.add(line.line, Outcome.CREATED)
            return
        if changed:
            self.changed.append(pupil)
        self.tally.add(line.line, Outcome.CHANGED if changed or moved else Outcome.UNCHANGED)


def _known(school: School, lines: Sequence[PupilLine]) -> Known:
    """Look up each sort of key alone: on several at once a store may well read the whole school instead."""
    found: dict[int, Pupil] = {}
    for column in ("match_key", "name_key", "ine_hash"):
        keys = [key for line in lines if (key := getattr(line, column))]
        found |= {
            pupil.pk: pupil
            for pupil in Pupil.objects.filter(**{f"{column}__in": keys})
            if pupil.pk not in found
        }
    here = [found[pk] for pk in sorted(found) if found[pk].school_id == school.pk]
    present = [pupil for pupil in here if pupil.left_on is None]
    by_name: dict[str, list[Pupil]] = defaultdict(list)
    for pupil in present:
        by_name[pupil.name_key].append(pupil)
    return Known(
        {pupil.match_key: pupil for pupil in present},
        {pupil.ine_hash: pupil for pupil in present if pupil.ine_hash},
        by_name,
        {pupil.match_key: pupil for pupil in here if pupil.left_on},
    )


def _elsewhere(school: School, lines: Sequence[PupilLine]) -> list[int]:
    """Give the lines of pupils present in another school too; which one is nobody's business here."""
    others = Pupil.objects.filter(left_on=None).exclude(school=school)
    same = Q(match_key__in=[line.match_key for line in lines if line.birth_date])
    same |= Q(ine_hash__in=[line.ine_hash for line in lines if line.ine_hash])
    found = {key for keys in others.filter(same).values_list("match_key", "ine_hash") for key in keys if key}
    return [line.line for line in lines if found & {line.match_key, line.ine_hash}]


def _correct(pupil: Pupil, line: PupilLine, today: date) -> bool:
    """Write what a line says of a pupil, and tell whether anything changed; what it leaves empty is kept."""
    said = {
        "last_name": line.last_name,
        "usage_name": line.usage_name,
        "first_name": line.first_name,
        "birth_date": line.birth_date.isoformat() if line.birth_date else "",
        "class_label": line.class_label,
        "level": "" if line.level == OTHER_LEVEL and pupil.level else line.level,
        "ine_hash": line.ine_hash,
        "source_key": line.source_key,
    }
    changed = False
    for name, value in said.items():
        if value and getattr(pupil, name) != value:
            setattr(pupil, name, value)
            changed = True
    born = line.birth_date
    if born and pupil.adult != (adult := rules.is_adult(born, today)):
        pupil.adult, changed = adult, True
    if changed and (born or not pupil.match_key):
        pupil.match_key, pupil.name_key = line.match_key, line.name_key
    return changed


def _settle_homes(pupil: Pupil, line: PupilLine, book: Book) -> bool:
    """Let the pupil live where the line says; give up plain homes that it does not name any more."""
    moved = False
    named: list[Household] = []
    for address in line.addresses:
        household, new = _household(pupil, line, address, book)
        named.append(household)
        moved |= new
    moved |= _settle_first(named, line, book)
    for household in list(book.of_pupil[pupil.public_id]):
        if named and household not in named and household.disposable:
            book.quit(pupil, household)
            moved = True
    return moved


def _settle_first(named: list[Household], line: PupilLine, book: Book) -> bool:
    """Keep what a line says of the first home it names; tell whether that is new."""
    new = False
    if named and line.undisclosed:
        new |= book.hide(named[0])
    if named and line.in_priority_area is not None:
        new |= book.place_in_area(named[0], line.in_priority_area)
    return new


def _household(pupil: Pupil, line: PupilLine, address: Address, book: Book) -> tuple[Household, bool]:
    if known := book.at(pupil, address.place):
        return known, False
    if family := book.known(address, line.last_name):
        return family, book.join(pupil, family)
    unknown = next((each for each in book.of_pupil[pupil.public_id] if each.unknown), None)
    if unknown:
        book.fill(unknown, address, line.last_name)
        return unknown, True
    kind = line.home_kind if address is line.addresses[0] else HomeKind.FAMILY
    household = book.open(address, line.last_name, kind)
    book.join(pupil, household)
    return household, True
