"""Write `docs/conformite/donnees.md` from what the models declare of themselves.

    python scripts/make_conformity.py

Every table of the store is in it: those of the house by their `retention` and `personal` declarations, those of the
libraries by the notes below. A table of a library without a note stops the script.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import django


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cartable.config.settings")
django.setup()

from django.apps import apps  # noqa: E402
from django.db import models  # noqa: E402
from django.utils.translation import override  # noqa: E402

from cartable.accounts.models import User  # noqa: E402
from cartable.foundation import retention  # noqa: E402
from cartable.foundation.sealed import SealedField  # noqa: E402
from cartable.pupils import purging, subject_access  # noqa: E402


TARGET = Path(__file__).resolve().parents[1] / "docs" / "conformite" / "donnees.md"
ENDS = {
    "never": "sans limite",
    "school_year": "l'année scolaire",
    "leaving": "jusqu'au départ de l'établissement",
    "return_sent": "jusqu'à l'envoi de la remontée",
    "operation_end": "jusqu'à la fin de l'opération",
    "fixed": "durée fixe",
    "with_parent": "comme la ligne dont elle dépend",
}
LIBRARIES = {
    "sessions.Session": "session : identifiant interne du compte ; douze heures au plus, puis `cartable purge`",
    "axes.AccessAttempt": "essais manqués : identifiant, adresse IP, navigateur ; un an, puis `cartable purge`",
    "axes.AccessAttemptExpiration": "échéance d'un essai manqué",
    "axes.AccessFailureLog": "inutilisée (journal désactivé)",
    "axes.AccessLog": "inutilisée (journal désactivé)",
    "auth.Group": "inutilisée : les droits sont des rôles sur un périmètre",
    "auth.Permission": "inutilisée : les droits sont des rôles sur un périmètre",
    "contenttypes.ContentType": "liste technique des tables",
    "dsfr.DsfrConfig": "inutilisée : réglages d'affichage de la bibliothèque",
    "dsfr.DsfrSocialMedia": "inutilisée : réglages d'affichage de la bibliothèque",
}
HEAD = """# Les données, table par table

Cette page est écrite par `scripts/make_conformity.py` à partir de ce que chaque modèle déclare : ne la modifiez pas à
la main. Une table sans déclaration arrête la construction du programme.

- *scellée* : colonne chiffrée (AES-GCM), liée à sa table, à sa colonne et à sa ligne ;
- *empreinte* : hachage à clé, qui retrouve une personne sans dire qui elle est ;
- *compte* : renvoi à un compte professionnel ; *renvoi* : renvoi à une autre ligne, qui parle d'une personne ;
- *Purge* : `cartable purge` efface la ligne à son terme ; *Accès* : la ligne figure dans `cartable export-child`.
"""


def column(model: type[models.Model], name: str) -> str:
    """Say of a personal column how it stands in the store."""
    field = model._meta.get_field(name)
    if isinstance(field, SealedField):
        return f"`{name}` (scellée)"
    if isinstance(field, models.ForeignKey):
        return f"`{name}` ({'compte' if field.related_model is User else 'renvoi'})"
    return f"`{name}` (empreinte)" if name.endswith(("_key", "_hash")) else f"`{name}`"


def duration(model: type[models.Model]) -> str:
    """Say in words how long a row is kept."""
    kept = retention.of(model)
    if kept.end == "fixed":
        return f"{kept.days} jours"
    return ENDS[kept.end] + (f", {kept.days} jours au plus" if kept.days else "")


def row(cells: Iterable[str]) -> str:
    """Write one row of a table."""
    return "| " + " | ".join(cells) + " |"


def personal_table(house: list[type[models.Model]]) -> Iterator[str]:
    """Write the tables that speak of a person, or that end some day."""
    yield row(["Pièce", "Table", "Colonnes personnelles", "Durée", "Pourquoi", "Purge", "Accès"])
    yield row(["---"] * 7)
    purged, exported = purging.served_models(), subject_access.served_models()
    for model in house:
        columns = ", ".join(column(model, name) for name in retention.personal_fields(model))
        yield row(
            [
                model._meta.app_label,
                f"{model._meta.verbose_name} (`{model.__name__}`)",
                columns or "aucune",
                duration(model),
                retention.of(model).why,
                "oui" if model._meta.label in purged else "–",
                "oui" if model._meta.label in exported else "–",
            ]
        )


def speaks_of_nobody(model: type[models.Model]) -> bool:
    """Tell whether a table is kept for ever and has no personal column."""
    return retention.of(model).end == "never" and not retention.personal_fields(model)


def fact_lines(house: list[type[models.Model]]) -> Iterator[str]:
    """List the tables of facts, room by room."""
    rooms = dict.fromkeys(model._meta.app_label for model in house)
    for room in rooms:
        names = [f"`{model.__name__}`" for model in house if model._meta.app_label == room]
        yield f"- {room} : {', '.join(names)}"


def library_table() -> Iterator[str]:
    """Write the tables that come with the libraries; KeyError for one that nobody looked at."""
    yield row(["Table", "Ce qu'elle contient"])
    yield row(["---"] * 2)
    house = set(retention.house_models())
    for model in apps.get_models():
        if model not in house:
            yield row([f"`{model._meta.label}`", LIBRARIES[model._meta.label]])


def page() -> str:
    """Write the whole page."""
    with override("fr"):
        house = retention.house_models()
        facts = [model for model in house if speaks_of_nobody(model)]
        people = [model for model in house if model not in facts]
        parts = [
            HEAD,
            "## Tables qui parlent d'une personne, ou qui ont un terme\n",
            *personal_table(people),
            "\n## Faits publics et écritures, sans donnée personnelle, gardés sans limite\n",
            *fact_lines(facts),
            "\n## Tables des bibliothèques\n",
            *library_table(),
        ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
    print(f"{TARGET.name}: {len(retention.house_models())} tables of the house")
