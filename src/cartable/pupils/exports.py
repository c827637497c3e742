"""What this room holds about one child, as plain values."""

from typing import Any

from cartable.pupils import rules
from cartable.pupils.models import Cover, Guardian, Home, NeedPupil, PendingGuardian, Pupil, PupilHome


def pupil_part(pupil: Pupil) -> dict[str, Any]:
    """Give who the pupil is, and who answers for these data."""
    return {
        "public_id": str(pupil.public_id),
        "school": pupil.school.uai,
        "controller": str(rules.controller_of(pupil.school)),
        "last_name": pupil.last_name,
        "usage_name": pupil.usage_name,
        "first_name": pupil.first_name,
        "birth_date": pupil.birth_date,
        "level": pupil.level,
        "class": pupil.class_label,
        "adult": pupil.adult,
        "source": pupil.source,
        "created_at": pupil.created_at.isoformat(),
        "left_on": pupil.left_on.isoformat() if pupil.left_on else None,
        "keyed_hashes": {
            name: getattr(pupil, name) for name in ("match_key", "name_key", "ine_hash", "source_key")
        },
    }


def homes_part(pupil: Pupil) -> list[dict[str, Any]]:
    """Give the pupil's homes; the address of an undisclosed one is given to the school, which answers for it."""
    links = PupilHome.objects.filter(pupil=pupil).select_related("home").order_by("rank", "id")
    return [{"rank": link.rank, **_home(link.home)} for link in links.prefetch_related("home__guardians")]


def _home(home: Home) -> dict[str, Any]:
    names = ("kind", "address", "postcode", "city", "undisclosed", "in_priority_area", "household_key")
    return {
        **{name: getattr(home, name) for name in names},
        "guardians": [_guardian(guardian) for guardian in home.guardians.all()],
    }


def _guardian(guardian: Guardian | PendingGuardian) -> dict[str, Any]:
    names = ("title", "last_name", "first_name", "phone", "email")
    return {name: getattr(guardian, name) for name in names}


def needs_part(pupil: Pupil) -> list[dict[str, Any]]:
    """Give what the pupil lacked or lacks, and when it was met."""
    rows = NeedPupil.objects.filter(pupil=pupil).select_related("need").order_by("id")
    return [
        {
            "kind": row.kind,
            "open": row.open,
            "takes_sim": row.need.takes_sim,
            "shared_device": row.need.shared_device,
            "order_reason": row.need.order_reason,
            "marked_at": row.need.marked_at.isoformat(),
            "covered": [_cover(each) for each in row.need.covers.all()],
        }
        for row in rows.prefetch_related("need__covers")
    ]


def _cover(cover: Cover) -> dict[str, Any]:
    return {
        "source": str(cover.source),
        "from": cover.starts_at.isoformat(),
        "to": cover.ends_at.isoformat() if cover.ends_at else None,
    }


def pending_part(pupil: Pupil) -> list[dict[str, Any]]:
    """Give guardians that wait under this pupil's keys."""
    keys = [key for key in (pupil.name_key, pupil.source_key) if key]
    return [_guardian(row) for row in PendingGuardian.objects.filter(school=pupil.school, child_key__in=keys)]
