"""Lists of pupils as a school would bring them: invented families written in Cartable's own template."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from cartable.intake.exporting import write_csv
from cartable.pupils.imports.template import HEADER
from cartable.scenarios.invent import Child, Place, World


# Every so many families: brothers and sisters under one roof, no e-mail, and the homes that papers must respect.
SIBLINGS, WITH_EMAIL, TWO_HOMES, UNDISCLOSED, PLACEMENT, NO_ADDRESS = 17, 3, 23, 61, 67, 71
# Of ten homes of a school, so many stand in a QPV; of one in thirteen nobody knows. Invented.
IN_QPV, NOT_KNOWN = {"": 2, "REP": 5, "REP+": 8}, 13


def write_list(path: Path, world: World, place: Place, children: Sequence[Child]) -> None:
    """Write the list of a school's pupils, one line each."""
    write_csv(path, HEADER, (_row(line) for line in _lines(world, place, children)))


def _row(cells: dict[str, object]) -> list[object]:
    return [cells.get(name, "") for name in HEADER]


def _lines(world: World, place: Place, children: Sequence[Child]) -> Iterator[dict[str, object]]:
    home: dict[str, object] = {}
    for rank, child in enumerate(children):
        sibling = rank % SIBLINGS == SIBLINGS - 1
        if not (sibling and home):
            home = _home(world, place, child, rank)
        yield {
            **home,
            "Nom de l'élève": child.last_name,
            "Prénom de l'élève": child.first_name,
            "Date de naissance": f"{world.rng.randint(1, 28):02d}/{world.rng.randint(1, 12):02d}/{child.birth_year}",
            "Niveau": child.level,
            "Classe": child.class_label,
        }


def in_qpv(place: Place, rank: int) -> bool | None:
    """Tell whether the home number `rank` of a school stands in a QPV; None where nobody knows."""
    if rank % NOT_KNOWN == NOT_KNOWN // 2:
        return None
    return rank * 7 % 10 < IN_QPV[place.priority]


def qpv_share(place: Place, count: int) -> int:
    """Give how many of `count` homes of a school stand in a QPV, as a director says it on the telephone."""
    return count * IN_QPV[place.priority] // 10


def _home(world: World, place: Place, child: Child, rank: int) -> dict[str, object]:
    home: dict[str, object] = {
        "Adresse": f"{world.address()}, bât. {rank}",
        "Code postal": place.commune_code,
        "Commune": place.commune,
        "Nom du responsable 1": child.last_name,
        "Téléphone du responsable 1": world.phone(),
        "Courriel du responsable 1": f"famille{rank}@courriel.invalid" if rank % WITH_EMAIL == 0 else "",
        "Quartier prioritaire (QPV)": {True: "oui", False: "non", None: ""}[in_qpv(place, rank)],
    }
    if rank % NO_ADDRESS == 9:
        home["Adresse"] = home["Code postal"] = home["Commune"] = home["Quartier prioritaire (QPV)"] = ""
    if rank % UNDISCLOSED == 5:
        home["Adresse à ne pas communiquer"] = "oui"
    if rank % PLACEMENT == 7:
        home["Lieu de placement"] = "oui"
    if rank % TWO_HOMES == 3:
        home["Adresse du second domicile"] = f"{world.address()}, porte {rank}"
        home["Code postal du second domicile"] = place.commune_code
        home["Commune du second domicile"] = place.commune
        home["Nom du responsable 2"] = child.last_name
        home["Téléphone du responsable 2"] = world.phone()
    return home
