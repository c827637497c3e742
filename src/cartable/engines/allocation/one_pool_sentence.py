"""Say in French why a group of one pool receives this many and not more; every claim can be recomputed."""

from fractions import Fraction
from typing import TYPE_CHECKING

from cartable.engines.allocation.french import about, number, of, percent


if TYPE_CHECKING:
    from cartable.engines.allocation.one_pool import Line, Result


def sentence(line: "Line", result: "Result") -> str:
    """Explain one line; it names no other group, so that a school may read it."""
    if line.bound == "none":
        return "Aucun besoin déclaré : rien n’est attribué."
    if line.served >= line.need:
        return f"Besoin de {number(line.need)}, déjà couvert par les livraisons : rien n’est ajouté."
    reasons = [_need_binds(line)] if line.bound == "need" else _stock_binds(line, result)
    return " ".join([_count(line), *filter(None, reasons)])


def _count(line: "Line") -> str:
    delivered = f", dont {number(line.served)} déjà livrés" if line.served else ""
    return (
        f"Besoin de {number(line.need)}{delivered} ; part de {number(line.given)}, "
        f"soit {number(line.covered)} sur {number(line.need)} ({percent(Fraction(line.covered, line.need))})."
    )


def _need_binds(line: "Line") -> str:
    spare = (
        f" ; {number(line.spare)} de plus que le besoin, car un lot ne se partage pas" if line.spare else ""
    )
    return f"Pas davantage : le besoin est entièrement couvert{spare}."


def _stock_binds(line: "Line", result: "Result") -> list[str]:
    if result.stock == 0:
        return ["Le stock est vide.", _next(line, result)]
    return [_stock(result), _level(line, result), _rounding(line, result), _next(line, result)]


def _stock(result: "Result") -> str:
    if result.left == 0:
        return f"Pas davantage : le stock de {number(result.stock)} est entièrement attribué."
    return (
        f"Pas davantage : sur le stock de {number(result.stock)}, il reste {number(result.left)}, "
        f"moins qu’un lot de {number(result.pack)}."
    )


def _level(line: "Line", result: "Result") -> str:
    if result.common_level is None:
        return (
            f"Le stock suffirait s’il se partageait à l’unité : la part exacte est {of(about(line.share))}."
        )
    if line.floor_bound:
        return (
            f"Le minimum garanti de {number(line.minimum)} s’applique : sans lui, la part serait plus faible."
        )
    return {"leximin": _common_level, "proportional": _prorata, "equal": _same_count}[result.rule](
        line, result.common_level
    )


def _common_level(line: "Line", level: Fraction) -> str:
    meaning = "du besoin" if line.weight == 1 else f"(couverture ÷ poids, ici {about(line.weight, 6)})"
    common = f"Le niveau commun est {of(percent(level))} {meaning}"
    if line.fair_level is not None and line.fair_level > level:
        return f"{common} : les livraisons passées sont déjà au-dessus."
    return f"{common} : la part exacte est {of(about(line.share))}."


def _prorata(line: "Line", level: Fraction) -> str:
    weight = "" if line.weight == 1 else f" × poids, ici {about(line.weight, 6)}"
    return (
        f"Chacun reçoit {percent(level)} de ce qui lui manque{weight}, sans dépasser son besoin : "
        f"la part exacte est {of(about(line.share))}."
    )


def _same_count(line: "Line", level: Fraction) -> str:
    return f"À parts égales, chacun reçoit {about(level)}, sans dépasser son besoin."


def _rounding(line: "Line", result: "Result") -> str:
    if line.given > line.share:
        return "Elle est arrondie au-dessus : au moment de servir, aucun niveau n’était plus bas."
    if line.given < line.share and result.topped_up:
        last = "les dernières unités sont allées" if result.pack == 1 else "les derniers lots sont allés"
        return f"Elle est arrondie en dessous : {last} à un niveau plus bas ou égal."
    return "Elle est arrondie au lot entier en dessous." if line.given < line.share else ""


def _next(line: "Line", result: "Result") -> str:
    piece = "La prochaine unité" if result.pack == 1 else "Le prochain lot"
    return (
        f"{piece} viendrait ici." if line.is_next else f"{piece} irait d’abord à un niveau plus bas ou égal."
    )
