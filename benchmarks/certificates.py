"""How long do 1,800 attestations take? The peer is the usual way: one typst compilation for each document.

python -m benchmarks.certificates
"""

import json
import os
import platform
import time
from collections.abc import Callable
from datetime import date
from itertools import islice
from resource import RUSAGE_SELF, getrusage

import typst

from cartable.documents import render
from cartable.documents.data import Certificate, Item, Party, PrivacyNotice, Sheet
from cartable.documents.french import plain
from cartable.documents.typesetting import TEMPLATES


COUNT = 1_800
PEER_COUNT = 100
TARGET_SECONDS = 30
SHEET = Sheet(
    Party("Conseil départemental de l’Essai", ("3, esplanade de l’Exemple", "93000 ESSAI"), "01 99 00 10 20"),
    date(2020, 4, 30),
    "Cartable",
    PrivacyNotice("la principale", "remettre le matériel", "secrétariat du collège", "un an"),
)


def certificates(count: int) -> list[Certificate]:
    """Invent `count` attestations, each with its own pupil, home and number."""
    return [
        Certificate(
            school="Collège de l’Exemple",
            pupil=f"Élève Numéro-{rank}",
            class_name=f"{6 - rank % 4}e A",
            items=(Item("Carte SIM prépayée", str(8933150000000000000 + rank)),),
            day=date(2020, 5, 4),
            home=Party(f"Famille Numéro-{rank}", (f"{rank}, rue de l’Essai", "93000 ESSAI")),
            operation="Cartes SIM d’avril 2020",
            givers=("Emmaüs Connect", "Fondation SFR"),
            reference=f"R-{rank:06}",
        )
        for rank in range(count)
    ]


def ours(pages: list[Certificate]) -> int:
    """Print `pages` in files of 150; gives the bytes made."""
    return sum(len(pdf) for pdf in render.files(render.certificate, SHEET, pages))


def peer(pages: list[Certificate]) -> int:
    """Print each page by a compilation of its own; gives the bytes made."""
    made = 0
    for page in pages:
        values = {"sheet": plain(SHEET), "pages": [plain(page)], "two_sided": False}
        pdf = typst.compile(
            str(TEMPLATES / "certificate.typ"),
            root=str(TEMPLATES),
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(values)},
            pdf_standards=["ua-1"],
        )
        made += len(pdf)
    return made


def seconds(work: Callable[[list[Certificate]], int], pages: list[Certificate]) -> tuple[float, int]:
    """Time one run; gives seconds and bytes made."""
    start = time.perf_counter()
    made = work(pages)
    return time.perf_counter() - start, made


def measure() -> dict[str, object]:
    """Measure both; the peer runs on fewer documents and is brought to the same count."""
    pages = certificates(COUNT)
    ours(pages[:10])
    figure, made = seconds(ours, pages)
    memory = getrusage(RUSAGE_SELF).ru_maxrss // 1024
    peer_figure, peer_made = seconds(peer, list(islice(pages, PEER_COUNT)))
    scale = COUNT / PEER_COUNT
    return {
        "name": "certificates",
        "figure": round(figure, 2),
        "unit": f"s for {COUNT} attestations (PDF/UA-1), files of 150",
        "target": TARGET_SECONDS,
        "met": figure <= TARGET_SECONDS,
        "peer": round(peer_figure * scale, 2),
        "peer_is": f"one typst compilation a document ({PEER_COUNT} measured, scaled)",
        "ratio": round(peer_figure * scale / figure, 1),
        "megabytes": round(made / 1e6, 1),
        "peer_megabytes": round(peer_made * scale / 1e6, 1),
        "peak_memory_mb": memory,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
    }


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2, ensure_ascii=False))
