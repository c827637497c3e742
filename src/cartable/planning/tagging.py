"""What a line of needs carries as tags, and whom goods and money may serve, said with the same tags."""

from collections.abc import Collection, Iterable

from django.utils.translation import gettext, gettext_noop

from cartable.foundation.refused import Refused


# Tags of a restriction are joined by AND in a row, by BAR in a file of needs (a line carries them all).
AND, BAR = "+", "|"
QPV, PUBLIC, PRIVATE = "qpv", "public", "prive"
REP, REP_PLUS, ISOLATED, EXAM, ESTIMATED = "rep", "rep_plus", "isole", "examen", "estime"
NAMES = {
    "ecole": gettext_noop("écoles"),
    "college": gettext_noop("collèges"),
    "lycee": gettext_noop("lycées"),
    "other": gettext_noop("autres établissements"),
    QPV: gettext_noop("foyers en quartier prioritaire (QPV)"),
    PUBLIC: gettext_noop("secteur public"),
    PRIVATE: gettext_noop("secteur privé"),
    REP: gettext_noop("REP"),
    REP_PLUS: gettext_noop("REP+"),
    ISOLATED: gettext_noop("établissement isolé"),
    EXAM: gettext_noop("année d'examen"),
    ESTIMATED: gettext_noop("besoin estimé"),
    "sim": gettext_noop("carte SIM demandée"),
    "key": gettext_noop("clé 4G demandée"),
}
# Tags that name a place: they are put on lines only where goods or money are for one.
PLACES = {
    "circo": gettext_noop("circonscription %(code)s"),
    "commune": gettext_noop("commune %(code)s"),
    "cite": gettext_noop("cité éducative %(code)s"),
    "school": gettext_noop("établissement %(code)s"),
}


def restriction(text: str) -> str:
    """Put a restriction in order ("qpv + ecole" is "ecole+qpv"); refuse a tag that nothing carries."""
    tags = sorted({part.strip() for part in text.split(AND)} - {""})
    for tag in tags:
        if not known(tag):
            raise Refused(
                "unknown_tag",
                gettext("« %(tag)s » ne désigne aucun public : choisissez dans la liste.") % {"tag": tag},
                "only_for",
            )
    return AND.join(tags)


def known(tag: str) -> bool:
    """Tell whether a line of needs may carry the tag."""
    place, _, code = tag.partition(":")
    return tag in NAMES or (place in PLACES and bool(code) and not set(code) & set("|:+"))


def carried(traits: Collection[str], restrictions: Iterable[str]) -> str:
    """Write the tags of a line for the engine: its traits, then each restriction of several tags that it meets.

    The engine compares one tag at a time: "ecole+qpv" becomes a tag of its own on the lines that carry both.
    """
    wanted = {text for text in restrictions if text}
    met = {text for text in wanted if set(text.split(AND)) <= set(traits)}
    shown = {trait for trait in traits if trait in NAMES}
    return BAR.join(sorted(shown | met))


def places_named(restrictions: Iterable[str]) -> set[str]:
    """Give the sorts of place that some restrictions name: "circo", "commune", "cite"."""
    tags = (tag for text in restrictions for tag in text.split(AND))
    return {tag.partition(":")[0] for tag in tags if ":" in tag}


def in_words(tags: str) -> str:
    """Say a set of tags, joined by either sign, in the reader's language; the public sector goes without saying."""
    alone = [tag for tag in tags.split(BAR) if AND not in tag] if BAR in tags else tags.split(AND)
    return ", ".join(_word(tag) for tag in alone if tag and tag != PUBLIC)


def _word(tag: str) -> str:
    place, _, code = tag.partition(":")
    return gettext(PLACES[place]) % {"code": code} if code else gettext(NAMES.get(tag, tag))
