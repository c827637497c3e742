"""Pure rules about pupils: levels, keys that find a pupil again, ages, who answers for the data."""

import re
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _

from cartable.foundation.keys import keyed_hash
from cartable.pupils.enums import LEVELS, OTHER_LEVEL, NeedKind
from cartable.territories.enums import SchoolKind, Sector
from cartable.territories.models import School
from cartable.territories.rules import fold


ADULT_AT = 18
# What a census counts as one thing for a whole household, where the operation says so.
SHARED_IN_A_HOUSEHOLD = frozenset({NeedKind.DEVICE, NeedKind.CONNECTION})
GOOD_WITH_SIM, GOOD_WITHOUT_SIM = "sim", "key"

_SPECIAL = (
    ("ULIS", r"ulis"),
    ("UPE2A", r"upe2a|upeaa"),
    ("SEGPA", r"segpa"),
    ("BTS", r"(?<![a-z])\d?bts"),
    ("CAP", r"(?<![a-z])[t\d]?cap(?![a-z])"),
)
_PRIMARY = (
    *((level, rf"(?<![a-z]){level.lower()}(?![a-z]{{2}})") for level in LEVELS[:9]),
    ("PS", r"petite section"),
    ("MS", r"moyenne section"),
    ("GS", r"grande section"),
)
_NAMED = (
    ("6E", r"\b6 ?(e|eme)\b|sixieme"),
    ("5E", r"\b5 ?(e|eme)\b|cinquieme"),
    ("4E", r"\b4 ?(e|eme)\b|quatrieme"),
    ("3E", r"\b3 ?(e|eme)\b|troisieme|3pm|prepa metiers"),
    ("2NDE", r"\b2 ?(e|nd|nde|de)\b|seconde"),
    ("1RE", r"\b1 ?(re|ere)\b|premiere"),
    ("TLE", r"\b(tle|term)|terminale"),
)
# Only where the sort of school leaves no doubt: "4A" is a 4e in a collège and nothing in an école.
_SHORT = {
    SchoolKind.COLLEGE: tuple((f"{n}E", rf"^{n}") for n in (6, 5, 4, 3)),
    SchoolKind.LYCEE: (("3E", r"^3"), ("2NDE", r"^2"), ("1RE", r"^1"), ("TLE", r"^t")),
}
_SPECIAL_MEF = {"164": "SEGPA", "165": "SEGPA", "166": "SEGPA", "167": "SEGPA"}
_MEF = {"100": "6E", "101": "5E", "102": "4E", "103": "3E", "200": "2NDE", "201": "1RE", "202": "TLE"}


def _first(patterns: tuple[tuple[str, str], ...], text: str) -> str:
    """Give the level whose pattern stands first in `text`: a class of two levels counts under its first."""
    found = [(match.start(), level) for level, pattern in patterns if (match := re.search(pattern, text))]
    return min(found)[1] if found else ""


@lru_cache(maxsize=4_096)
def parse_level(label: str, kind: str = "", *, stated: str = "", mef: str = "") -> str:
    """Read a level of `LEVELS` from the stated level, else the class label, else the national MEF code.

    `kind` is the sort of school, which settles short labels ("4A", "203"). Gives `OTHER_LEVEL` where nothing says it.
    """
    for text in (fold(stated), fold(label)):
        named = _first(_SPECIAL, text) or _first(_PRIMARY, text) or _first(_NAMED, text)
        if level := named or _first(_SHORT.get(SchoolKind(kind), ()) if kind else (), text):
            return level
    return (_SPECIAL_MEF | _MEF).get(mef[:3], OTHER_LEVEL) if len(mef) == 11 else OTHER_LEVEL


def level_order(level: str) -> int:
    """Rank a level in school order; an unknown one comes last."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def bare(text: str) -> str:
    """Reduce a name to what it is compared by: no accent, case, hyphen, apostrophe or space."""
    return fold(text).replace(" ", "")


def name_key(school: School, last_name: str, first_name: str) -> str:
    """Hash the names of a pupil within one school."""
    return identity_keys(school, last_name, first_name, None)[1]


def match_key(school: School, last_name: str, first_name: str, birth_date: date | None) -> str:
    """Hash who a pupil is, the same in every school; without a birth date names alone hold in one school only."""
    return identity_keys(school, last_name, first_name, birth_date)[0]


def identity_keys(
    school: School, last_name: str, first_name: str, birth_date: date | None
) -> tuple[str, str]:
    """Give (match key, name key)."""
    names = f"{bare(last_name)}|{bare(first_name)}"
    whole = f"{names}|{birth_date.isoformat()}" if birth_date else f"{school.uai}|{names}|"
    return keyed_hash("pupil-match", whole), keyed_hash("pupil-name", f"{school.uai}|{names}")


def ine_hash(ine: str) -> str:
    """Hash an INE, or give "" for what cannot be one (10 or 11 letters and digits)."""
    text = re.sub(r"[\s.-]", "", ine).upper()
    if not re.fullmatch(r"[0-9A-Z]{10,11}", text) or not any(sign.isdigit() for sign in text):
        return ""
    return keyed_hash("pupil-ine", text)


def source_key(school: School, kind: str, number: str) -> str:
    """Hash the id that a pupil or a guardian has in the school's own software; "" where there is none."""
    return keyed_hash("pupil-source", f"{school.uai}|{kind}|{number}") if number else ""


_GLUED = re.compile(r"(\d)([A-Za-z])")
_STREET = {
    "r": "rue", "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "blvd": "boulevard",
    "pl": "place", "imp": "impasse", "all": "allee", "al": "allee", "ch": "chemin", "che": "chemin",
    "rte": "route", "sq": "square", "res": "residence", "bat": "batiment", "apt": "appartement",
    "appt": "appartement", "app": "appartement", "fg": "faubourg", "fbg": "faubourg", "crs": "cours",
    "st": "saint", "ste": "sainte", "gal": "general", "dr": "docteur", "pdt": "president", "esc": "escalier",
}  # fmt: skip


def bare_address(address: str, postcode: str) -> str:
    """Reduce an address to what it is compared by: "12bis, R. de la Paix" is "12 bis rue de la Paix"."""
    words = fold(_GLUED.sub(r"\1 \2", address)).split()
    kept = [_STREET.get(word, word) for word in words if word not in {"n", "no", "numero"}]
    code = re.sub(r"\W", "", postcode)
    return "".join(kept) + "|" + code if kept else ""


def household_key(school: School, address: str, postcode: str, family_name: str) -> str:
    """Hash the household of a family at an address in one school; "" without an address.

    The family name is part of it: an address alone would make one household of a whole tower, refuse a card to
    its second family, and print the telephone of one on the paper of the other.
    """
    return household_at(school, bare_address(address, postcode), family_name)


def household_at(school: School, place: str, family_name: str) -> str:
    """Hash the household of a family at a place that `bare_address` gave."""
    return keyed_hash("household", f"{school.uai}|{place}|{bare(family_name)}") if place else ""


def age_on(birth_date: date, day: date) -> int:
    """Give the age in whole years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def is_adult(birth_date: date | None, day: date) -> bool:
    """Tell whether a pupil signs alone on `day` (code civil, article 414)."""
    return birth_date is not None and age_on(birth_date, day) >= ADULT_AT


def good_for(kind: str, takes_sim: bool | None) -> str:
    """Give the good that a connection takes: a SIM card where a device of the home takes one, else a 4G key.

    Any other need gives "": which device answers it is the operation's choice.
    """
    if kind != NeedKind.CONNECTION:
        return ""
    return GOOD_WITH_SIM if takes_sim else GOOD_WITHOUT_SIM


def controller_of(school: School) -> str:
    """Name in French who answers for the data of this school's pupils (GDPR, article 4-7)."""
    if school.sector == Sector.PRIVATE:
        return _("le chef de l'établissement privé, %(name)s") % {"name": school.name}
    if school.kind == SchoolKind.ECOLE:
        return _("l'inspecteur d'académie, directeur académique des services de l'éducation nationale")
    return _("le chef d'établissement, %(name)s") % {"name": school.name}


def school_year_start(day: date) -> date:
    """Give the first of September that begins the school year of `day`."""
    return date(day.year if day.month >= 9 else day.year - 1, 9, 1)
