"""What can be done with pupils, their families and what they lack."""

from cartable.pupils.actions.access import export_child
from cartable.pupils.actions.areas import set_priority_areas
from cartable.pupils.actions.covering import cover, cover_many, end_cover
from cartable.pupils.actions.families import add_family, correct_pupil, remove_home, set_home
from cartable.pupils.actions.leaving import come_back, erase_unmarked, leave, purge
from cartable.pupils.actions.marking import Marked, mark, mark_many, set_order, set_shared, unmark
from cartable.pupils.actions.ordering import settle_order


__all__ = [
    "Marked",
    "add_family",
    "come_back",
    "correct_pupil",
    "cover",
    "cover_many",
    "end_cover",
    "erase_unmarked",
    "export_child",
    "leave",
    "mark",
    "mark_many",
    "purge",
    "remove_home",
    "set_home",
    "set_order",
    "set_priority_areas",
    "set_shared",
    "settle_order",
    "unmark",
]
