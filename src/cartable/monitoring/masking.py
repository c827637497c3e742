"""Hide small counts, and what would give them away, from who does not serve the schools (`engines.disclosure`)."""

from collections.abc import Iterator, Mapping

from cartable.engines.disclosure import THRESHOLD, Count, Mask, hide, spaced
from cartable.monitoring.enums import Blank, Step
from cartable.monitoring.picture import Children, Number, Picture, Place, Row


NOBODY = Children()


def mask(picture: Picture, places: Mapping[int, Place]) -> None:
    """Hide what the reader of `picture` may not know; `places` are its schools before they were added up.

    By place only pupils are shown: the articles that a few pupils hold would say as much.
    """
    if picture.gives:
        _mask_gifts(picture, places)
    else:
        _mask_pupils(picture, places)
        for row in _by_place(picture):
            row.things = {}
    for thing in picture.things:
        held = picture.total.things[thing]
        held[Step.IN_HANDS] = shown(held[Step.IN_HANDS])
    for thing, points in picture.curves.items():
        picture.curves[thing] = [points[rank] for rank in spaced([number for _day, number in points])]


def _by_place(picture: Picture) -> Iterator[Row]:
    yield from picture.schools.values()
    yield from picture.communes.values()


def _mask_pupils(picture: Picture, places: Mapping[int, Place]) -> None:
    """Hide small numbers of pupils who lack and of pupils covered; neither column gives the other away.

    "Nobody needs it here" is an answer that everybody reads: its zeros are shown, and hide nothing else.
    """
    closed = {key: place for key, place in places.items() if _is_closed(place)}
    for kind in picture.kinds:
        counts = {
            key: Count(place.commune_code, place.needed.get(kind, 0), place.inside.get(kind, NOBODY).number)
            for key, place in closed.items()
        }
        for column, found in zip(("needed", "covered"), hide(counts), strict=True):
            _blank(picture, column, kind, found)
        picture.total.beyond[kind] = shown(picture.total.beyond[kind])
        for row in _by_place(picture):
            row.beyond[kind] = Blank.HIDDEN


def _is_closed(place: Place) -> bool:
    return place.answered and not place.open and not place.nobody


def _blank(picture: Picture, column: str, kind: str, found: Mask) -> None:
    rows = [picture.schools[key] for key in found.places if key in picture.schools]
    rows += [picture.communes[key] for key in found.areas]
    rows += [picture.total] if found.total else []
    for row in rows:
        getattr(row, column)[kind] = Blank.HIDDEN


def _mask_gifts(picture: Picture, places: Mapping[int, Place]) -> None:
    """Leave a giver the articles in hands by commune."""
    rows = {key: Row(row.code, row.label) for key, row in picture.communes.items()}
    for thing in picture.things:
        counts = {
            key: Count(place.commune_code, place.steps[thing, Step.IN_HANDS]) for key, place in places.items()
        }
        found, _nothing = hide(counts)
        for key, row in picture.communes.items():
            held = Blank.HIDDEN if key in found.areas else row.things[thing][Step.IN_HANDS]
            rows[key].things[thing] = {Step.IN_HANDS: held}
    picture.communes.update(rows)


def shown(number: Number) -> Number:
    """Give a count as who serves no school may see it; zero speaks of nobody."""
    return Blank.HIDDEN if isinstance(number, int) and 0 < number < THRESHOLD else number
