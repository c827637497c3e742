"""Which program made a backup: it is restored with that one, then brought up to date."""

from importlib.metadata import version
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused


FORMAT = 1


def of_this_program() -> dict[str, Any]:
    """Say what a backup of this program looks like: its version, the steps of its tables, their columns."""
    steps = MigrationLoader(None).disk_migrations
    return {
        "format": FORMAT,
        "version": version("cartable"),
        "store": connection.vendor,
        "migrations": sorted(f"{app}.{name}" for app, name in steps),
        "columns": columns(),
    }


def columns() -> dict[str, list[str]]:
    """List the columns of each table that the program knows."""
    return {
        model._meta.db_table: sorted(str(field.column) for field in model._meta.local_concrete_fields)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def demand_same(manifest: dict[str, Any]) -> None:
    """Refuse a backup of another format, store or version."""
    here = of_this_program()
    if manifest.get("store") != here["store"]:
        sentence = _(
            "La sauvegarde est celle d'une base %(theirs)s et la vôtre est %(ours)s : réglez DATABASE_URL sur une base "
            "vide de la même sorte."
        )
        named = {"theirs": NAMES.get(manifest.get("store", ""), "?"), "ours": NAMES[here["store"]]}
        raise Refused("other_store", sentence % named)
    if any(manifest.get(what) != here[what] for what in ("format", "migrations", "columns")):
        sentence = _(
            "La sauvegarde a été faite par une autre version de Cartable (%(theirs)s, celle-ci est %(ours)s) : "
            "restaurez-la avec la sienne, puis mettez à jour et lancez « cartable migrate »."
        )
        raise Refused(
            "other_version", sentence % {"theirs": manifest.get("version"), "ours": here["version"]}
        )


NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
