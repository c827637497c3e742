"""The homes of some pupils in memory, while a batch of lines is worked through; written all at once at the end."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from cartable.pupils import rules
from cartable.pupils.enums import HomeKind
from cartable.pupils.imports.lines import Address
from cartable.pupils.models import Guardian, Home, Pupil, PupilHome
from cartable.territories.models import School


@dataclass(eq=False, slots=True)
class Household:
    """A home, the place it stands at, its adults, and everybody who lives there (public id → keyed hashes)."""

    home: Home
    place: str
    adults: list[Guardian] = field(default_factory=list)
    pupils: dict[UUID, tuple[str, ...]] = field(default_factory=dict)

    @property
    def new(self) -> bool:
        return self.home.pk is None

    @property
    def unknown(self) -> bool:
        """A family home whose address nobody gave yet: the next address fills it."""
        return not self.place and self.home.kind == HomeKind.FAMILY

    @property
    def disposable(self) -> bool:
        """A plain home that nothing keeps but the file that named it."""
        return self.home.kind == HomeKind.FAMILY and not self.home.undisclosed and not self.adults


def keys_of(pupil: Pupil) -> tuple[str, ...]:
    """Give the keyed hashes by which a guardian's line may name a pupil."""
    return tuple(key for key in (pupil.match_key, pupil.name_key, pupil.source_key) if key)


class Book:
    """The households of a batch of pupils of one school, and of others found by their keys."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.of_pupil: dict[UUID, list[Household]] = defaultdict(list)
        self.by_adult: dict[str, list[Household]] = defaultdict(list)
        self._by_key: dict[str, Household] = {}
        self._by_home: dict[int, Household] = {}
        self._opened: dict[int, Household] = {}
        self._links: dict[tuple[UUID, Household], PupilHome] = {}
        self._changed_homes: dict[int, Household] = {}
        self._changed_adults: dict[int, Guardian] = {}
        self._moved: list[PupilHome] = []
        self._gone: list[PupilHome | Guardian] = []
        self._emptied: set[int] = set()

    def load(
        self,
        pupils: Iterable[Pupil],
        keys: Iterable[str] = (),
        adults: Iterable[str] = (),
        chosen: Iterable[int] = (),
    ) -> None:
        """Read the homes of saved `pupils`, of these household keys, of these adults, and those of these ids."""
        mine = PupilHome.objects.filter(pupil__in=[pupil.pk for pupil in pupils if pupil.pk])
        found = set(mine.values_list("home_id", flat=True)).union(chosen)
        named = Home.objects.filter(household_key__in=list(filter(None, keys)))
        found |= set(named.values_list("id", flat=True))
        theirs = Guardian.objects.filter(source_key__in=list(filter(None, adults)))
        found |= set(theirs.values_list("home_id", flat=True))
        for home in Home.objects.filter(pk__in=found).order_by("id"):
            household = Household(home, rules.bare_address(home.address, home.postcode))
            if self._by_home.setdefault(home.pk, household) is household and home.household_key:
                self._by_key.setdefault(home.household_key, household)
        for adult in Guardian.objects.filter(home__in=list(self._by_home)).order_by("rank", "id"):
            self._by_home[adult.home_id].adults.append(adult)
            self.by_adult[adult.source_key].append(self._by_home[adult.home_id])
        self._load_links()

    def _load_links(self) -> None:
        links = PupilHome.objects.filter(home__in=list(self._by_home)).select_related("pupil")
        sealed = ("pupil__last_name", "pupil__usage_name", "pupil__first_name", "pupil__birth_date")
        for link in links.defer(*sealed).order_by("rank", "id"):
            self._place(link, link.pupil, self._by_home[link.home_id])

    def _place(self, link: PupilHome, pupil: Pupil, household: Household) -> None:
        self._links[pupil.public_id, household] = link
        self.of_pupil[pupil.public_id].append(household)
        household.pupils[pupil.public_id] = keys_of(pupil)

    def household(self, home: Home) -> Household:
        """Give the household of a home that was loaded, or opened in this batch."""
        return self._by_home.get(home.pk) or self._opened[id(home)]

    def at(self, pupil: Pupil, place: str) -> Household | None:
        """Give the pupil's home at a place."""
        return next((each for each in self.of_pupil[pupil.public_id] if each.place == place), None)

    def known(self, address: Address, family_name: str) -> Household | None:
        """Give the household of this family at this address, if there is one."""
        return self._by_key.get(self._key(address, family_name))

    def _key(self, address: Address, family_name: str) -> str:
        return rules.household_at(self.school, address.place, family_name)

    def open(self, address: Address | None, family_name: str, kind: str = HomeKind.FAMILY) -> Household:
        """Give a new household; the first of a family at an address is found again by its key."""
        household = Household(Home(school=self.school, kind=kind), "")
        self._opened[id(household.home)] = household
        if address:
            self.fill(household, address, family_name)
        return household

    def fill(self, household: Household, address: Address, family_name: str) -> None:
        """Write the address of a household that had none."""
        home, key = household.home, self._key(address, family_name)
        home.address, home.postcode, home.city = address.address, address.postcode, address.city
        household.place = address.place
        if self._by_key.setdefault(key, household) is household:
            home.household_key = key
        self._changed_homes[id(household)] = household

    def hide(self, household: Household) -> bool:
        """Mark an address as not to be disclosed; tell whether that is new. A file never takes the mark away."""
        if household.home.undisclosed:
            return False
        household.home.undisclosed = True
        self._changed_homes[id(household)] = household
        return True

    def place_in_area(self, household: Household, inside: bool) -> bool:
        """Say whether a home stands in a QPV; tell whether that is new."""
        if household.home.in_priority_area is inside:
            return False
        household.home.in_priority_area = inside
        self._changed_homes[id(household)] = household
        return True

    def join(self, pupil: Pupil, household: Household) -> bool:
        """Let a pupil live in a household, after his other homes; tell whether that is new."""
        mine = self.of_pupil[pupil.public_id]
        if household in mine:
            return False
        rank = 1 + max((self._links[pupil.public_id, each].rank for each in mine), default=0)
        self._place(PupilHome(pupil=pupil, home=household.home, rank=rank), pupil, household)
        return True

    def move(self, public_id: UUID, source: Household, target: Household) -> None:
        """Let a pupil live in `target` in place of `source`; the last to go takes the adults along."""
        link = self._links.pop((public_id, source))
        homes = self.of_pupil[public_id]
        if target in homes:
            self._gone.append(link)
            homes.remove(source)
        else:
            homes[homes.index(source)] = target
            self._moved.append(link)
            self._links[public_id, target] = link
            target.pupils[public_id] = source.pupils[public_id]
        self._leave(source, public_id)
        if source.home.undisclosed:
            self.hide(target)
        known = source.home.in_priority_area
        if known is not None and source.place == target.place and target.home.in_priority_area is None:
            self.place_in_area(target, known)
        if not source.pupils:
            for adult in list(source.adults):
                source.adults.remove(adult)
                self.seat(adult, target)

    def quit(self, pupil: Pupil, household: Household) -> None:
        """Take a pupil out of a household."""
        self.of_pupil[pupil.public_id].remove(household)
        self._gone.append(self._links.pop((pupil.public_id, household)))
        self._leave(household, pupil.public_id)

    def _leave(self, household: Household, public_id: UUID) -> None:
        del household.pupils[public_id]
        if not household.pupils and not household.new:
            self._emptied.add(household.home.pk)

    def seat(self, adult: Guardian, household: Household) -> None:
        """Put an adult in a household, new or from another one."""
        adult.home = household.home
        household.adults.append(adult)
        self.by_adult[adult.source_key].append(household)
        self.touch(adult)

    def unseat(self, adult: Guardian, household: Household) -> None:
        """Take an adult out of a household for good."""
        household.adults.remove(adult)
        self._changed_adults.pop(id(adult), None)
        self._gone.append(adult)

    def touch(self, adult: Guardian) -> None:
        """Have an adult written at the end."""
        self._changed_adults[id(adult)] = adult

    def write(self) -> None:
        """Write what changed: homes, then who lives there, then adults; then erase what is gone."""
        fresh = {id(each): each.home for homes in self.of_pupil.values() for each in homes if each.new}
        for household in self._changed_homes.values():
            if not household.new:
                household.home.save()
        Home.objects.bulk_create(fresh.values())
        self._write_links()
        self._write_adults()
        for model in (PupilHome, Guardian):
            model.objects.filter(
                pk__in=[row.pk for row in self._gone if type(row) is model and row.pk]
            ).delete()
        Home.objects.filter(pk__in=self._emptied, of_pupils=None).delete()

    def _write_links(self) -> None:
        fresh: list[PupilHome] = []
        for (_, household), link in self._links.items():
            link.home_id, link.pupil_id = household.home.pk, link.pupil.pk
            if link.pk is None:
                fresh.append(link)
        PupilHome.objects.bulk_create(fresh)
        for link in self._moved:
            if link.pk:
                link.save(update_fields=["home"])

    def _write_adults(self) -> None:
        fresh: list[Guardian] = []
        for adult in self._changed_adults.values():
            adult.home_id = adult.home.pk
            if adult.pk is None:
                fresh.append(adult)
            else:
                adult.save()
        Guardian.objects.bulk_create(fresh)
