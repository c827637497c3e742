"""Tables and bars of several ways to share one envelope."""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cartable.funding.rules import show
from cartable.planning.compare import Way, difference
from cartable.planning.keys import Child
from cartable.web.charts import Bar, bars
from cartable.web.splits import cells
from cartable.web.table import Column, Table


def ways_table(children: Sequence[Child], ways: Sequence[Way]) -> Table:
    """Put the ways side by side, a row for each territory and one for the sum."""
    shared = [way for way in ways if way.shares]
    return Table(
        caption=_("Les partages côte à côte (AE)"),
        columns=[
            Column(_("Territoire"), lambda row: cells.territory(row) if row else _("Total"), heads=True),
            *(
                Column(
                    way.label,
                    lambda row, way=way: cells.amount(way, row.code) if row else show(way.total),
                    numeric=True,
                )
                for way in shared
            ),
        ],
        rows=[*children, None],
    )


def differences_table(children: Sequence[Child], ways: Sequence[Way], reference: Way) -> Table:
    """Say how far each way is from one of them, in euros and in per cent."""
    others = [way for way in ways if way.shares and way.name != reference.name]
    return Table(
        caption=_("Écarts avec « %(way)s »") % {"way": reference.label},
        columns=[
            Column(_("Territoire"), cells.territory, heads=True),
            *(
                Column(
                    way.label,
                    lambda row, way=way: cells.distance(
                        difference(way.shares.get(row.code, 0), reference.shares.get(row.code, 0))
                    ),
                    numeric=True,
                )
                for way in others
            ),
        ],
        rows=list(children),
    )


def way_bars(children: Sequence[Child], way: Way, other: Way | None = None) -> SafeString:
    """Draw the shares of one way, in front of those of another where there is one."""
    items = [
        Bar(child.name, way.shares.get(child.code, 0), other.shares.get(child.code, 0) if other else None)
        for child in children
        if child.code in way.shares or (other and child.code in other.shares)
    ]
    return bars(
        key="split-bars",
        title=_("Parts de « %(way)s »") % {"way": way.label},
        description=_("Une barre par territoire, en autorisations d'engagement."),
        items=items,
        unit=_("AE"),
        of_unit=str(other.label) if other else "",
        written=show,
    )
