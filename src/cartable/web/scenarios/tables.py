"""Tables of a simulation: what it is made of, and what it gives."""

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Page
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.funding.rules import show as euros
from cartable.planning import tagging
from cartable.planning.models import Scenario
from cartable.web.scenarios import cells
from cartable.web.table import Column, Table, in_french


Figures = Mapping[str, Any]


def goods_of(scenario: Scenario) -> Table:
    """List the goods of a simulation as they were entered."""
    return Table(
        caption=_("Articles"),
        columns=[
            Column(_("Libellé"), lambda g: g.label, heads=True),
            Column(_("Origine"), lambda g: g.get_origin_display()),
            Column(_("Article"), lambda g: f"{g.get_good_display()}, {g.get_mode_display()}"),
            Column(_("Prix"), lambda g: euros(g.price_cents) if g.price_cents else "—", numeric=True),
            Column(
                _("Quantité"),
                lambda g: _("sans limite") if g.stock is None else cells.count(g.stock),
                numeric=True,
            ),
            Column(_("Réservé à"), lambda g: whom(g.only_for)),
            Column(
                _("Livrable le"), lambda g: date_format(g.available_on, "j F Y") if g.available_on else "—"
            ),
        ],
        rows=scenario.goods.all(),
        empty=_("Aucun article : ajoutez ce qui est au dépôt, un don promis, ou une offre."),
    )


def whom(only_for: str) -> str:
    """Say whom goods or money may serve."""
    return tagging.in_words(only_for) or _("tous")


def funds_of(scenario: Scenario) -> Table:
    """List the funds of a simulation as they were entered."""
    return Table(
        caption=_("Fonds"),
        columns=[
            Column(_("Libellé"), lambda f: f.label, heads=True),
            Column(_("Niveau"), lambda f: f.cite.name if f.cite else f.get_kind_display()),
            Column(_("Montant"), lambda f: euros(f.budget_cents), numeric=True),
            Column(_("Réservé à"), lambda f: whom(f.only_for)),
            Column(_("Au plus pour le privé"), lambda f: _limit(f.private_limit_cents), numeric=True),
            Column(_("Enveloppe"), lambda f: str(f.envelope) if f.envelope else _("fonds supposé")),
        ],
        rows=scenario.funds.select_related("cite", "envelope__line", "envelope__holder"),
        empty=_("Aucun fonds : seuls les articles gratuits seront répartis."),
    )


def _limit(cents: int | None) -> str:
    return _("sans limite") if cents is None else euros(cents)


def kinds_table(figures: Figures) -> Table:
    """Say what each kind of need gets."""
    return Table(
        caption=_("Par sorte de besoin"),
        columns=[
            Column(_("Besoin"), lambda row: cells.kind(row[0]), heads=True),
            Column(_("Demandés"), lambda row: cells.count(row[1]["need"]), numeric=True),
            Column(_("Déjà livrés"), lambda row: cells.count(row[1]["delivered"]), numeric=True),
            Column(_("Répartis ici"), lambda row: cells.count(row[1]["allocated"]), numeric=True),
            Column(_("Non servis"), lambda row: cells.count(row[1]["unmet"]), numeric=True),
            Column(_("Couverture"), lambda row: cells.per_cent(row[1]["coverage"]), numeric=True),
        ],
        rows=[(name, row) for name, row in figures["kinds"].items() if row["need"]],
        empty=_("Aucun besoin : aucune réponse ne compte encore."),
    )


def funds_table(figures: Figures) -> Table:
    """Say what each fund spends and keeps."""
    return Table(
        caption=_("Argent, par fonds"),
        columns=[
            Column(_("Fonds"), lambda row: row["label"], heads=True),
            Column(_("Montant"), lambda row: euros(row["budget"]), numeric=True),
            Column(_("Dépensé"), lambda row: euros(row["spent"]), numeric=True),
            Column(_("Reste"), lambda row: euros(row["left"]), numeric=True),
        ],
        rows=figures["funds"][:MOST],
        empty=_("Aucun fonds."),
    )


MOST = 50  # rows of a table that a page shows whole


def goods_table(figures: Figures) -> Table:
    """Say what of each article is given."""
    return Table(
        caption=_("Articles répartis"),
        columns=[
            Column(_("Article"), lambda row: row["label"], heads=True),
            Column(_("Sorte"), lambda row: cells.item(row["item"])),
            Column(_("Répartis"), lambda row: cells.count(row["used"]), numeric=True),
            Column(
                _("Reste"),
                lambda row: _("sans limite") if row["left"] is None else cells.count(row["left"]),
                numeric=True,
            ),
            Column(
                _("En trop, car un lot ne se partage pas"),
                lambda row: cells.count(row["spare"]),
                numeric=True,
            ),
            Column(_("Livrable"), lambda row: cells.day(row["available_on"])),
        ],
        rows=figures["goods"],
        empty=_("Aucun article."),
    )


def extras_table(figures: Figures) -> Table:
    """Say what 10,000 € more on each fund would buy."""
    return Table(
        caption=_("Ce que 10 000 € de plus achèteraient"),
        columns=[
            Column(_("Fonds"), lambda row: row["label"], heads=True),
            Column(_("Achète"), lambda row: cells.bought(row["units"])),
            Column(_("Dépensé"), lambda row: euros(row["spent"]), numeric=True),
        ],
        rows=figures["extra"],
    )


def next_table(figures: Figures) -> Table:
    """Say where the next unit would go: for who decides alone."""
    return Table(
        caption=_("Qui serait servi ensuite"),
        columns=[
            Column(_("Établissement"), lambda row: row["school"], heads=True),
            Column(_("Public"), lambda row: tagging.in_words(row["tags"])),
            Column(_("Besoin"), lambda row: cells.kind(row["kind"])),
        ],
        rows=figures["next"],
    )


def lines_table(page: Page, names: Mapping[str, str]) -> Table:
    """List what each line receives, with its sentence."""
    return Table(
        caption=_("Ligne par ligne"),
        columns=[
            Column(
                _("Établissement"),
                lambda row: f"{names.get(row['school'], '')} {row['school']}".strip(),
                heads=True,
            ),
            Column(_("Public"), lambda row: tagging.in_words(row["tags"])),
            Column(_("Besoin"), lambda row: cells.kind(row["kind"])),
            Column(_("Demandés"), lambda row: cells.count(row["need"]), numeric=True),
            Column(_("Servis"), lambda row: cells.count(row["served"]), numeric=True),
            Column(_("Pourquoi"), lambda row: in_french(row["sentence"])),
        ],
        rows=page,
        empty=_("Aucune ligne."),
    )
