"""Small allocation instances, and a referee that knows the contract but nothing of the engine."""

from fractions import Fraction

import polars as pl
from hypothesis import strategies as st


SERVES = {"device": ("tablet", "computer"), "computer": ("computer",), "connection": ("key", "sim")}
ORDER = ("cite_educative", "department", "region", "national")


@st.composite
def instances(draw, lines=5, packs=(1, 1, 2, 5), delivered=True):
    """Draw (needs, sources, funds) as lists of dicts with whole numbers."""
    needs = [
        {
            "school": f"S{at}",
            "tags": draw(st.sampled_from(["", "qpv", "qpv|lycee"])),
            "department": draw(st.sampled_from(["93", "75"])),
            "cite_educative": draw(st.sampled_from(["", "", "CE"])),
            "device_and_connection": draw(st.integers(0, 4)),
            "device": draw(st.integers(0, 4)),
            "connection": draw(st.integers(0, 4)),
            "computer_only": draw(st.sampled_from([0, 0, 1])),
            "weight": draw(st.sampled_from(["1", "1", "1.5", "1.25", "0.5"])),
            "held_devices": draw(st.sampled_from([0, 0, 1])),
            "held_connections": 0,
            "delivered_devices": draw(st.sampled_from([0, 0, 1, 2])) if delivered else 0,
            "delivered_connections": 0,
        }
        for at in range(draw(st.integers(1, lines)))
    ]
    needs += [anchor | {"school": f"Z{at}"} for at, anchor in enumerate(_ANCHORS)]
    sources = [
        {
            "source": f"G{at}",
            "item": draw(st.sampled_from(["tablet", "computer", "sim", "key", "sim"])),
            "price_cents": draw(st.sampled_from([0, 700, 1000, 2500])),
            "stock": draw(st.sampled_from(["", 3, 5, 12, 0])),
            "pack": draw(st.sampled_from(packs)),
            "only_for": draw(
                st.sampled_from(["", "", "", "tag:qpv", "department:93", "school:S0", "fund:F93"])
            ),
        }
        for at in range(draw(st.integers(1, 4)))
    ]
    funds = [
        ("CE", "cite_educative", "93", draw(st.sampled_from([0, 3000, 9000])), ""),
        ("F93", "department", "93", draw(st.sampled_from([0, 5000, 20000])), ""),
        ("F75", "department", "75", draw(st.sampled_from([0, 5000])), ""),
        ("IDF", "region", "75|93", draw(st.sampled_from([0, 4000])), draw(st.sampled_from(["", "tag:qpv"]))),
        ("FR", "national", "", draw(st.sampled_from([0, 6000, 30000])), ""),
    ]
    names = ("fund", "kind", "departments", "budget_cents", "only_for")
    return needs, sources, [dict(zip(names, fund, strict=True)) for fund in funds]


_ANCHOR = {"cite_educative": "", "device_and_connection": 0, "device": 0, "connection": 0, "computer_only": 0}
_ANCHORS = [
    _ANCHOR | {"weight": "1", "tags": "qpv", "department": "93"}
    | dict.fromkeys(("held_devices", "held_connections", "delivered_devices", "delivered_connections"), 0),
    _ANCHOR | {"weight": "1", "tags": "", "department": "75"}
    | dict.fromkeys(("held_devices", "held_connections", "delivered_devices", "delivered_connections"), 0),
]  # fmt: skip


def tables(instance):
    """Turn an instance into the three tables, every cell as text."""
    return [
        pl.DataFrame([{key: str(value) for key, value in row.items()} for row in rows]) for rows in instance
    ]


def unit_groups(needs):
    """List (line, kind, need, delivered, weight) by the letter of the contract."""
    groups = []
    for line in needs:
        devices = max(0, line["device_and_connection"] + line["device"] - line["held_devices"])
        connections = max(0, line["device_and_connection"] + line["connection"] - line["held_connections"])
        kind = "computer" if line["computer_only"] else "device"
        weight = Fraction(line["weight"])
        for name, need, given in (
            ("connection", connections, line["delivered_connections"]),
            (kind, devices, line["delivered_devices"]),
        ):
            if need:
                groups.append((line, name, need, min(need, given), weight))
    return groups


def may_pay(fund, line):
    """Tell whether a line may use a fund."""
    if fund["only_for"] and fund["only_for"].removeprefix("tag:") not in line["tags"].split("|"):
        return False
    if fund["kind"] == "cite_educative":
        return line["cite_educative"] == fund["fund"]
    return fund["kind"] == "national" or line["department"] in fund["departments"].split("|")


def may_serve(source, fund, line, kind, funds):
    """Tell whether a source paid by a fund (None: free) may serve a line for a kind."""
    if source["item"] not in SERVES[kind] or (fund is None) != (source["price_cents"] == 0):
        return False
    if fund is not None and not may_pay(fund, line):
        return False
    what, _, code = source["only_for"].partition(":")
    if what == "fund":
        if fund is not None:
            return fund["fund"] == code
        return any(other["fund"] == code and may_pay(other, line) for other in funds)
    if what == "tag":
        return code in line["tags"].split("|")
    return not what or line[what] == code


def ways(instance):
    """List every (group, source, fund) allowed, as indexes; fund None when free."""
    needs, sources, funds = instance
    return [
        (g, s, f)
        for g, (line, kind, *_) in enumerate(unit_groups(needs))
        for s, source in enumerate(sources)
        for f in [None, *range(len(funds))]
        if may_serve(source, None if f is None else funds[f], line, kind, funds)
    ]
