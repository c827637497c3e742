"""The money comes down: from the announcement to the départements, at a different speed in each région."""

from collections.abc import Sequence
from datetime import date

from cartable.accounts.models import User
from cartable.bodies.actions import region_prefecture
from cartable.engines.apportionment import Claim, apportion
from cartable.funding.actions import announce, notify, open_credits, open_envelope
from cartable.funding.models import Delegation
from cartable.planning.enums import SplitKey
from cartable.planning.keys import children_of, figures
from cartable.planning.models import SplitShare
from cartable.planning.queries import available
from cartable.planning.split import change_split_share, drop_split
from cartable.scenarios.money import Thread, send, share
from cartable.scenarios.plan_2020.documents import (
    ANNOUNCED,
    EXTRA_OF_THE_NORTH,
    HAUTS_DE_FRANCE,
    ministry_of_the_plan,
    open_plan,
)
from cartable.scenarios.plan_2020.stage import NORTH, OTHERS, Story, ministry_desk, region_of_the_north
from cartable.scenarios.week import Progress, paris
from cartable.territories.models import Region


# What the ministry opens on each line; the two that the documents give no amount of are invented.
OPENED = {
    "equipment_extra": 5_000_000_00,
    "cites_educatives_15": 1_450_000_00,
    "cites_educatives_2019": 380_000_00,
    "mentoring": 1_000_000_00,
    "associations": 5_000_000_00,
}
# (day, month, régions): not all get their letter on the same day (invented), so that how fast it goes is counted.
WAVES = (
    (27, 4, ("11", "44", "76", "84", "93")),
    (4, 5, ("24", "27", "28", "52", "53", "75")),
    (18, 5, ("01", "02", "03", "04", "06", "94")),
)
LEFT_OF_2019 = {"11": 8, "32": 6, "44": 3, "93": 2}


def open_story() -> Story:
    """20 April: the programme, its lines, and the credits of the ministry."""
    desk, ministry = ministry_desk(), ministry_of_the_plan()
    story = Story(open_plan(actor=desk.first, ministry=ministry), desk, region_of_the_north())
    for line, cents in OPENED.items():
        nation = open_envelope(
            actor=desk.first,
            line_id=story.plan.lines[line].public_id,
            year=2020,
            holder_id=ministry.public_id,
        )
        open_credits(actor=desk.first, envelope_id=nation.public_id, ae_cents=cents, cp_cents=cents)
    return story


def announced_to_the_north(story: Story, progress: Progress) -> Thread:
    """The 695,294 € are known on the day of the circular; the letter follows two days later."""
    yield paris(20, 11)
    letter = _announce(story)
    yield paris(22, 9)
    progress("22/04 : les Hauts-de-France reçoivent 695 294 €")
    notify(actor=story.ministry.first, delegation_id=letter.public_id)


def _announce(story: Story) -> Delegation:
    actor, nation = story.ministry.first, story.of("equipment_extra")
    north = region_prefecture(actor=None, region=Region.objects.get(code=HAUTS_DE_FRANCE))
    target = open_envelope(
        actor=actor,
        line_id=nation.line.public_id,
        year=2020,
        holder_id=north.public_id,
        parent_id=nation.public_id,
    )
    return announce(
        actor=actor,
        source_id=nation.public_id,
        target_id=target.public_id,
        ae_cents=EXTRA_OF_THE_NORTH,
        cp_cents=EXTRA_OF_THE_NORTH,
        reason="Délégation supplémentaire, circulaire du 20 avril 2020",
    )


def equipment_elsewhere(story: Story, progress: Progress) -> Thread:
    """What is left of the 5 M€ goes to the 17 other régions in three waves, by their number of QPV (invented)."""
    actor, nation, whole = story.ministry.first, story.of("equipment_extra"), _by_qpv(story)
    for rank, (day, month, codes) in enumerate(WAVES, 1):
        yield paris(day, 9, month=month)
        progress(f"{day:02d}/{month:02d} : {len(codes)} régions reçoivent leur lettre (montants inventés)")
        wave = share(
            actor,
            nation,
            f"Vague {rank}, par nombre de QPV",
            SplitKey.QPV,
            sum(whole[code] for code in codes),
            among=codes,
            reason="Montants inventés : le partage de 2020 entre ces régions n'est pas connu.",
        )
        send(actor, wave, ANNOUNCED)


def _by_qpv(story: Story) -> dict[str, int]:
    nation = story.of("equipment_extra")
    others = {code for _day, _month, codes in WAVES for code in codes}
    children = [child for child in children_of(nation) if child.code in others]
    known = figures(SplitKey.QPV, nation, children)
    claims = [Claim(code, figure or 0) for code, figure in known.items()]
    return apportion(claims, OPENED["equipment_extra"] - EXTRA_OF_THE_NORTH)


def other_lines(story: Story, progress: Progress) -> Thread:
    """7 May: two keys are compared for the associations and one kept; cités éducatives follow their own number."""
    yield paris(7, 9, month=5)
    progress("07/05 : les trois autres lignes sont réparties entre les régions")
    actor, associations = story.ministry.first, story.of("associations")
    every = [child.code for child in children_of(associations) if child.usual]
    equal = share(
        actor,
        associations,
        "Parts égales",
        SplitKey.EQUAL,
        OPENED["associations"],
        among=every,
        reason="Pour comparer.",
    )
    kept = share(
        actor,
        associations,
        "QPV, plancher 50 000 €",
        SplitKey.QPV,
        OPENED["associations"],
        among=every,
        floor_cents=50_000_00,
        reason="Le nombre de quartiers, sans oublier une région (inventé).",
    )
    drop_split(actor=actor, split_id=equal.public_id)
    send(actor, kept, ANNOUNCED)
    _cites(story, actor, every)


def _cites(story: Story, actor: User | None, every: Sequence[str]) -> None:
    fifteen = share(
        actor,
        story.of("cites_educatives_15"),
        "Nombre de cités éducatives de 2019",
        SplitKey.CITES,
        OPENED["cites_educatives_15"],
        among=every,
        reason="Ce que les troïkas ont demandé, sous 15 % de leur enveloppe (inventé).",
    )
    send(actor, fifteen, ANNOUNCED)
    before = share(
        actor,
        story.of("cites_educatives_2019"),
        "Reliquats déclarés",
        SplitKey.OWN,
        OPENED["cites_educatives_2019"],
        among=list(LEFT_OF_2019),
        typed=LEFT_OF_2019,
        reason="À proportion des reliquats déclarés (inventé).",
    )
    send(actor, before, ANNOUNCED)


def among_departments(story: Story, progress: Progress) -> Thread:
    """The Hauts-de-France share by the needs that were counted, and by hand; three others at their own pace."""
    yield paris(24, 14)
    progress("24/04 : les Hauts-de-France répartissent selon les besoins recensés")
    _by_needs(story)
    yield paris(11, 9, month=5)
    for line in ("associations", "cites_educatives_15", "cites_educatives_2019"):
        _evenly(story, story.region, line, HAUTS_DE_FRANCE, [place.code for place in NORTH])
    for place in OTHERS:
        yield place.reached
        for line in ("equipment_extra", "associations"):
            _evenly(story, None, line, place.region, [place.code])


def _by_needs(story: Story) -> None:
    split = share(
        story.region,
        story.of("equipment_extra", HAUTS_DE_FRANCE),
        "Besoins recensés",
        SplitKey.NEEDS,
        EXTRA_OF_THE_NORTH,
        among=[place.code for place in NORTH],
        typed={place.code: place.needs for place in NORTH},
        basis="Recensement des préfectures, 24 avril 2020 (inventé)",
        reason="Les besoins que les préfectures ont fait remonter.",
    )
    shares = {row.department.code: row for row in split.shares.select_related("department")}
    _shift(story.region, shares[NORTH[2].code], -10_000_00, "Un stock d'ordinateurs y est déjà arrivé.")
    _shift(story.region, shares[NORTH[1].code], 10_000_00, "Deux quartiers n'étaient pas recensés.")
    send(story.region, split, date(2020, 4, 23))


def _shift(actor: User, row: SplitShare, cents: int, reason: str) -> None:
    change_split_share(
        actor=actor,
        share_id=row.public_id,
        ae_cents=row.ae_cents + cents,
        cp_cents=row.cp_cents + cents,
        reason=reason,
    )


def _evenly(story: Story, actor: User | None, line: str, region: str, codes: Sequence[str]) -> None:
    above = story.of(line, region)
    split = share(
        actor,
        above,
        "Parts égales",
        SplitKey.EQUAL,
        available(above).ae_cents,
        among=codes,
        reason="Aucun recensement ne départage (inventé).",
    )
    send(actor, split)
