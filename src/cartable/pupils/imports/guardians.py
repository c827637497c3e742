"""Write guardians into the homes of their children; those whose child is not known yet wait, sealed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from cartable.foundation import clock
from cartable.pupils import rules
from cartable.pupils.imports.households import Book, Household, keys_of
from cartable.pupils.imports.lines import Address, Child, GuardianLine, read_address
from cartable.pupils.imports.pupils import Progress
from cartable.pupils.imports.tally import Outcome, Tally
from cartable.pupils.models import Guardian, Home, PendingGuardian, Pupil
from cartable.territories.models import School


BATCH = 1_000
NAMESAKES = "deux élèves portent ce nom : complétez vous-même la fiche du bon"
UNKNOWN = "cet enfant n’est pas dans la liste des élèves"
SAID = ("title", "last_name", "first_name", "phone", "email")


class Families:
    """Which children have an adult in common, over a whole list: one family, with one home at each address.

    `homes` keeps which home it is, by family and place, from one batch to the next.
    """

    def __init__(self, lines: Iterable[GuardianLine]) -> None:
        self.homes: dict[tuple[str, str], Home] = {}
        self._parent: dict[str, str] = {}
        for line in lines:
            first, *others = [child.key for child in line.children]
            for key in others:
                self._parent[self._root(key)] = self._root(first)

    def _root(self, key: str) -> str:
        while (parent := self._parent.get(key, key)) != key:
            key = parent
        return key

    def root(self, line: GuardianLine) -> str:
        """Name the family of an adult's line."""
        return self._root(line.children[0].key)

    def holds(self, root: str, keys: Iterable[str]) -> bool:
        """Tell whether a pupil, by his keyed hashes, is of that family."""
        return any(self._root(key) == root for key in keys)


class Roll:
    """The present pupils that some lines may name."""

    def __init__(self, school: School, lines: Sequence[GuardianLine]) -> None:
        self.school = school
        keys = {child.key for line in lines for child in line.children if child.key}
        found: dict[int, Pupil] = {}
        for column in ("name_key", "source_key", "match_key"):
            found |= {
                pupil.pk: pupil for pupil in Pupil.objects.filter(**{f"{column}__in": keys}, left_on=None)
            }
        self.pupils = [found[pk] for pk in sorted(found) if found[pk].school_id == school.pk]
        self._by_key: dict[str, list[Pupil]] = defaultdict(list)
        for pupil in self.pupils:
            for key in keys_of(pupil):
                self._by_key[key].append(pupil)

    def called(self, child: Child) -> list[Pupil]:
        """Give who is meant: nobody, one, or namesakes that the class does not tell apart."""
        found = self._by_key.get(child.key, []) if child.key else []
        if len(found) < 2:
            return found
        label, level = rules.bare(child.class_label), rules.parse_level(child.class_label, self.school.kind)
        exact = [pupil for pupil in found if rules.bare(pupil.class_label) == label]
        alike = exact or [pupil for pupil in found if pupil.level == level]
        return alike if len(alike) == 1 else found


def write_guardians(
    school: School, lines: list[GuardianLine], tally: Tally, progress: Progress, *, wait: bool
) -> None:
    """Write the lines batch by batch, inside the caller's transaction.

    With `wait`, a guardian whose child is not there is kept for the pupils' file; else the line is rejected.
    """
    families = Families(lines)
    for batch in _batches(_addressed_first(lines)):
        roll, book = _opened(school, batch, families)
        waiting = Waiting(school, batch)
        for line in batch:
            _work(line, roll, book, families, waiting if wait else None, tally)
        book.write()
        waiting.write()
        progress(len(batch))


def _batches(lines: Iterable[GuardianLine]) -> Iterator[list[GuardianLine]]:
    feed = iter(lines)
    while batch := list(islice(feed, BATCH)):
        yield batch


def _addressed_first(lines: Iterable[GuardianLine]) -> list[GuardianLine]:
    """An adult without address joins the home that another one names."""
    return sorted(lines, key=lambda line: line.address is None)


def _opened(school: School, lines: Sequence[GuardianLine], families: Families) -> tuple[Roll, Book]:
    roll, book = Roll(school, lines), Book(school)
    keys = {
        rules.household_at(school, line.address.place, pupil.last_name)
        for line in lines
        if line.address
        for child in line.children
        for pupil in roll.called(child)
    }
    roots = {families.root(line) for line in lines}
    chosen = [home.pk for (root, _), home in families.homes.items() if root in roots]
    book.load(roll.pupils, keys, {line.key for line in lines}, chosen)
    return roll, book


def _work(
    line: GuardianLine, roll: Roll, book: Book, families: Families, waiting: "Waiting | None", tally: Tally
) -> None:
    """Seat an adult beside the children who are there, and count each line of the file that speaks of him."""
    called = {child: roll.called(child) for child in line.children}
    children = [found[0] for found in called.values() if len(found) == 1]
    seated = seat(line, children, book, families) if children else Outcome.UNCHANGED
    outcomes: dict[int, list[Outcome]] = defaultdict(list)
    reasons: dict[int, str] = {}
    for child, found in called.items():
        if len(found) == 1:
            outcomes[child.line].append(seated)
        elif not found and waiting and child.key:
            outcomes[child.line].append(waiting.add(line, child))
        else:
            reasons[child.line] = NAMESAKES if found else UNKNOWN
    for number in {child.line for child in line.children}:
        if number in outcomes:
            tally.add(number, max(outcomes[number]))
        else:
            tally.reject(number, reasons[number], "children")


def seat(line: GuardianLine, children: list[Pupil], book: Book, families: Families) -> Outcome:
    """Put an adult in the home of his children at his address: make it, or join the one that is there."""
    target = _target(line, children, book, families)
    gathered = _gather(families.root(line), children, target, book, families)
    adult = next((each for each in target.adults if _same(each, line)), None)
    if adult is None:
        moved = _leave_others(line, children, target, book)
        book.seat(Guardian(source_key=line.key, rank=line.rank, **_said(line)), target)
        return Outcome.CHANGED if moved else Outcome.CREATED
    corrected = _correct(adult, line, book)
    return Outcome.CHANGED if gathered or corrected else Outcome.UNCHANGED


def _target(line: GuardianLine, children: list[Pupil], book: Book, families: Families) -> Household:
    homes = [each for child in children for each in book.of_pupil[child.public_id]]
    place = line.address.place if line.address else _place_without_address(line, homes)
    name = (families.root(line), place)
    if place and name in families.homes:
        return book.household(families.homes[name])
    found = _found(line, children, place, homes, book, families)
    families.homes[name] = found.home
    return found


def _place_without_address(line: GuardianLine, homes: list[Household]) -> str:
    """He lives where he was, else in the first home of his children."""
    mine = [each for each in homes if any(_same(adult, line) for adult in each.adults)]
    return next((each.place for each in [*mine, *homes]), "")


def _found(
    line: GuardianLine,
    children: list[Pupil],
    place: str,
    homes: list[Household],
    book: Book,
    families: Families,
) -> Household:
    """Give the home of the family at a place: one of its own, one known by its name, one to fill, or a new one."""
    family_name = children[0].last_name
    theirs = [each for each in (*book.by_adult[line.key], *homes) if each.place == place]
    named = book.known(line.address, family_name) if line.address and not theirs else None
    for household in [*_oldest_first(theirs), *([named] if named else [])]:
        if _one_family(line, children, household, families):
            return household
    unknown = [each for each in homes if each.unknown and _ours(each, line)] if line.address else []
    if unknown and line.address and not theirs:
        book.fill(unknown[0], line.address, family_name)
        return unknown[0]
    return book.open(line.address, family_name)


def _oldest_first(households: list[Household]) -> list[Household]:
    """Put saved homes before new ones, so that the same file always joins the same home."""
    return sorted(dict.fromkeys(households), key=lambda each: (each.new, each.home.pk or 0))


def _ours(household: Household, line: GuardianLine) -> bool:
    """Tell a home that has no other adult than this one."""
    return all(_same(adult, line) for adult in household.adults)


def _one_family(line: GuardianLine, children: list[Pupil], household: Household, families: Families) -> bool:
    """Tell whether a household at the same address is theirs: neighbours of a tower may bear the same name."""
    own = {child.public_id for child in children}
    others = [keys for public_id, keys in household.pupils.items() if public_id not in own]
    if not others or not household.adults or any(_same(adult, line) for adult in household.adults):
        return True
    root = families.root(line)
    return any(families.holds(root, keys) for keys in others)


def _gather(root: str, children: list[Pupil], target: Household, book: Book, families: Families) -> bool:
    """Let his children live in the target; those of the family who share another home there come along."""
    changed = False
    for child in children:
        if target in book.of_pupil[child.public_id]:
            continue
        changed = True
        twin = book.at(child, target.place) if target.place else None
        if twin is None:
            book.join(child, target)
            continue
        book.move(child.public_id, twin, target)
        for public_id, keys in list(twin.pupils.items()):
            if families.holds(root, keys):
                book.move(public_id, twin, target)
    return changed


def _leave_others(line: GuardianLine, children: list[Pupil], target: Household, book: Book) -> bool:
    """Take the adult out of the home he had with these children alone: he moved. Tell whether he did."""
    own = {child.public_id for child in children}
    moved = False
    for household in dict.fromkeys(each for child in children for each in book.of_pupil[child.public_id]):
        before = next((adult for adult in household.adults if _same(adult, line)), None)
        if household is target or before is None or not household.pupils.keys() <= own:
            continue
        moved = True
        book.unseat(before, household)
        if household.home.undisclosed:
            book.hide(target)
        elif household.disposable:
            for child in children:
                if household in book.of_pupil[child.public_id]:
                    book.quit(child, household)
    return moved


def _same(adult: Guardian, line: GuardianLine) -> bool:
    if adult.source_key and adult.source_key == line.key:
        return True
    if not adult.last_name:
        return bool(adult.phone) and adult.phone == line.phone
    return rules.bare(adult.last_name + adult.first_name) == rules.bare(line.last_name + line.first_name)


def _said(line: GuardianLine) -> dict[str, str]:
    return {name: getattr(line, name) for name in SAID}


def _correct(adult: Guardian, line: GuardianLine, book: Book) -> bool:
    """Write what the line says of an adult; what it leaves empty is kept."""
    changed = {name: value for name, value in _said(line).items() if value and getattr(adult, name) != value}
    if not adult.source_key:
        changed["source_key"] = line.key
    for name, value in changed.items():
        setattr(adult, name, value)
    if changed:
        book.touch(adult)
    return bool(changed)


class Waiting:
    """Guardians kept sealed, by child, until the pupils' file comes."""

    def __init__(self, school: School, lines: Sequence[GuardianLine]) -> None:
        self.school = school
        keys = {child.key for line in lines for child in line.children if child.key}
        rows = PendingGuardian.objects.filter(school=school, child_key__in=keys)
        self._known = {(row.child_key, row.class_label, row.source_key): row for row in rows}
        self._changed: dict[int, PendingGuardian] = {}

    def add(self, line: GuardianLine, child: Child) -> Outcome:
        """Keep a guardian for one child."""
        name = (child.key, child.class_label, line.key)
        row = self._known.get(name)
        outcome = Outcome.CREATED if row is None else Outcome.UNCHANGED
        if row is None:
            row = PendingGuardian(
                school=self.school, child_key=child.key, class_label=child.class_label, source_key=line.key
            )
            row.created_at = clock.now()
            self._known[name] = row
        address = line.address or Address("", "", "", "")
        said = {**_said(line), "address": address.address, "postcode": address.postcode, "city": address.city}
        for column, value in {**said, "rank": line.rank}.items():
            if getattr(row, column) != value:
                setattr(row, column, value)
                self._changed[id(row)] = row
        if outcome == Outcome.UNCHANGED and id(row) in self._changed:
            return Outcome.CHANGED
        return outcome

    def write(self) -> None:
        """Write what was kept or corrected."""
        rows = list(self._changed.values())
        PendingGuardian.objects.bulk_create([row for row in rows if row.pk is None])
        for row in rows:
            if row.pk is not None:
                row.save()


def absorb_waiting(school: School) -> None:
    """Seat the guardians that waited for these pupils; those whose child is still unknown wait on."""
    rows = PendingGuardian.objects.filter(school=school).order_by("id")
    people: dict[tuple[str, str], list[PendingGuardian]] = defaultdict(list)
    for row in rows:
        people[row.source_key, rules.bare_address(row.address, row.postcode)].append(row)
    lines = _addressed_first(_line_of(own) for own in people.values())
    families = Families(lines)
    seated: set[int] = set()
    for batch in _batches(lines):
        roll, book = _opened(school, batch, families)
        for line in batch:
            called = {child.line: roll.called(child) for child in line.children}
            found = {pk: pupils[0] for pk, pupils in called.items() if len(pupils) == 1}
            if found:
                seat(line, list(found.values()), book, families)
                seated |= found.keys()
        book.write()
    PendingGuardian.objects.filter(pk__in=seated).delete()


def _line_of(rows: list[PendingGuardian]) -> GuardianLine:
    """Make one line again of the rows of one person; the number of a child's line is that of its row."""
    first = rows[0]
    return GuardianLine(
        key=first.source_key,
        rank=min(row.rank for row in rows),
        **{name: getattr(first, name) for name in SAID},
        address=read_address(first.address, first.postcode, first.city),
        children=tuple(Child(row.child_key, row.pk, row.class_label) for row in rows),
    )
