"""Pages of splits: the keys side by side, a proposal, its shares changed by hand, its letters."""

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartable.foundation import clock
from cartable.funding.models import Envelope
from cartable.funding.rules import show as euros
from cartable.planning.compare import Way, by_keys, proposed, usual_children, way_of
from cartable.planning.enums import SplitKey, SplitState
from cartable.planning.figures_file import read_figures
from cartable.planning.keys import KEYS, children_of, figures
from cartable.planning.models import Split, SplitShare
from cartable.planning.queries import (
    available,
    envelopes_split_by,
    shares_of,
    split_shares_led_by,
    splits_led_by,
)
from cartable.planning.split import change_split_share, drop_split, notify_split, propose_split
from cartable.web.answers import csv
from cartable.web.parts import crumb
from cartable.web.proof import confirmed
from cartable.web.show import show, show_form
from cartable.web.splits import cells
from cartable.web.splits.comparing import differences_table, way_bars, ways_table
from cartable.web.splits.forms import AmountForm, NotifyForm, ShareForm, SplitForm
from cartable.web.table import Column, Table, link


def index(request: HttpRequest) -> HttpResponse:
    """List the envelopes that the person may split."""
    table = Table(
        caption=_("Enveloppes à répartir"),
        columns=[
            Column(
                _("Ligne"), lambda e: link(e.line.name, reverse("splits", args=[e.public_id])), heads=True
            ),
            Column(_("Exercice"), lambda e: str(e.year), numeric=True),
            Column(_("Gestionnaire"), lambda e: e.holder.name),
        ],
        rows=envelopes_split_by(request.user),
        empty=_("Aucune enveloppe à répartir ne vous est confiée pour l'instant."),
    )
    return show(request, "splits/index.html", title=_("Partages de crédits"), table=table)


def splits(request: HttpRequest, parent_envelope_id: UUID) -> HttpResponse:
    """Show every key side by side on one amount, and what was proposed."""
    envelope = _envelope(request, parent_envelope_id)
    left, children = available(envelope), usual_children(envelope)
    form = AmountForm(
        {
            "ae_cents": request.GET.get("ae_cents") or euros(left.ae_cents),
            "reference": request.GET.get("reference", ""),
        }
    )
    asked = form.cleaned_data if form.is_valid() else {}
    keys = by_keys(envelope, children, asked.get("ae_cents") or left.ae_cents)
    ways = [*keys, *proposed(envelope)]
    known = {way.name: way for way in ways if way.shares}
    reference = known.get(asked.get("reference", ""))
    drawn = reference or next(iter(known.values()), None)
    return show(
        request,
        "splits/splits.html",
        title=_("Répartir : %(line)s") % {"line": envelope.line.name},
        crumbs=[_home()],
        envelope=envelope,
        year=str(envelope.year),
        drawn=drawn.label if drawn else "",
        left_ae=euros(left.ae_cents),
        left_cp=euros(left.cp_cents),
        form=form,
        keys=[
            *(_key_row(way, len(children)) for way in keys),
            _key_row(Way(SplitKey.OWN.value, SplitKey.OWN.label, {}), len(children)),
        ],
        ways=ways_table(children, ways) if known else None,
        differences=differences_table(children, ways, reference) if reference else None,
        chart=way_bars(children, drawn) if drawn else "",
        drafts=_drafts_table(envelope),
    )


def _envelope(request: HttpRequest, parent_envelope_id: UUID) -> Envelope:
    return get_object_or_404(envelopes_split_by(request.user), public_id=parent_envelope_id)


def _home() -> dict[str, Any]:
    return crumb(_("Partages de crédits"), reverse("splits-index"))


def _crumbs(envelope: Envelope) -> list[dict[str, Any]]:
    return [_home(), crumb(envelope.line.name, reverse("splits", args=[envelope.public_id]))]


def _key_row(way: Way, territories: int) -> dict[str, Any]:
    key, missing = KEYS[SplitKey(way.name)], ", ".join(way.missing)
    if len(way.missing) == territories > 1:
        missing = _("tous les territoires")
    return {
        "name": way.name,
        "label": way.label,
        "counts": key.counts,
        "source": key.source,
        "missing": missing,
        "note": way.note,
    }


def _drafts_table(envelope: Envelope) -> Table:
    return Table(
        caption=_("Partages proposés et notifiés"),
        columns=[
            Column(_("Nom"), lambda s: link(s.name, reverse("split", args=[s.public_id])), heads=True),
            Column(_("Clé"), lambda s: s.get_key_display()),
            Column(_("AE"), lambda s: euros(s.ae_cents), numeric=True),
            Column(_("Proposé le"), lambda s: date_format(s.made_at, "j F Y")),
            Column(_("État"), cells.badge),
        ],
        rows=envelope.splits.order_by("-made_at", "-id"),
        empty=_("Aucun partage n'a encore été proposé."),
    )


def new_split(request: HttpRequest, parent_envelope_id: UUID, split_key: str) -> HttpResponse:
    """Propose a split by one key: its figures are shown, completed or changed by the person."""
    if split_key not in SplitKey:
        raise Http404
    envelope, key = _envelope(request, parent_envelope_id), SplitKey(split_key)
    children, left = children_of(envelope), available(envelope)
    known = figures(key, envelope, children)
    form = SplitForm(
        request.POST or None,
        request.FILES or None,
        initial={"ae_cents": left.ae_cents, "cp_cents": left.cp_cents, "name": key.label},
        key=key,
        children=children,
        known=known,
    )
    if request.method == "POST" and form.is_valid():
        if form.carries_out(_propose, actor=request.user, envelope=envelope, key=key, form=form, known=known):
            return redirect("split", split_id=form.result.public_id)
    return show_form(
        request,
        form,
        title=_("Répartir par : %(key)s") % {"key": key.label},
        intro=_("La clé compte : %(counts)s.") % {"counts": KEYS[key].counts},
        submit=_("Calculer le partage"),
        back=reverse("splits", args=[parent_envelope_id]),
        crumbs=_crumbs(envelope),
    )


def _propose(
    *, actor: Any, envelope: Envelope, key: SplitKey, form: SplitForm, known: dict[str, Decimal | None]
) -> Split:
    data = form.cleaned_data
    return propose_split(
        actor=actor,
        envelope_id=envelope.public_id,
        key=key,
        weights={**form.weights(known), **_from_file(data.get("file"))},
        name=data["name"],
        ae_cents=data["ae_cents"],
        cp_cents=data["cp_cents"] or 0,
        floor_cents=data["floor_cents"] or 0,
        cap_cents=data["cap_cents"],
        counts_already=data["counts_already"],
        reason=data["reason"],
        basis=data.get("basis", ""),
    )


def _from_file(file: UploadedFile | None) -> dict[str, Decimal]:
    """Read the figures of an uploaded file; no file, no figure."""
    if file is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"chiffres{Path(file.name or '').suffix.lower()}"
        path.write_bytes(file.read())
        return read_figures(path)


def split(request: HttpRequest, split_id: UUID) -> HttpResponse:
    """Show a proposal: every share, what was changed and why, and how far it is from another way."""
    found = _split(request, split_id)
    envelope, shares = found.envelope, list(shares_of(found))
    children = [child for child in children_of(envelope) if child.code in {s.territory.code for s in shares}]
    here = way_of(found)
    ways = [
        *by_keys(envelope, children, found.ae_cents),
        *(way for way in proposed(envelope) if way.name != here.name),
    ]
    known = {way.name: way for way in ways if way.shares}
    other = known.get(request.GET.get("avec", ""))
    return show(
        request,
        "splits/split.html",
        title=found.name,
        crumbs=_crumbs(envelope),
        split=found,
        badge=cells.badge(found),
        key=KEYS[SplitKey(found.key)],
        source=found.basis or KEYS[SplitKey(found.key)].source,
        facts=_facts(found, here),
        shares=_shares_table(found, shares),
        others=list(known.values()),
        other=other,
        differences=differences_table(children, [here, other], other) if other else None,
        chart=way_bars(children, here, other),
    )


def _split(request: HttpRequest, split_id: UUID) -> Split:
    return get_object_or_404(splits_led_by(request.user), public_id=split_id)


def _facts(found: Split, here: Way) -> dict[str, str]:
    return {
        "ae": euros(found.ae_cents),
        "cp": euros(found.cp_cents),
        "rest": euros(found.ae_cents - here.total),
        "floor": euros(found.floor_cents) if found.floor_cents else "",
        "cap": euros(found.cap_cents) if found.cap_cents is not None else "",
    }


def _shares_table(found: Split, shares: list[SplitShare]) -> Table:
    columns = [
        Column(_("Territoire"), cells.territory, heads=True),
        Column(_("Chiffre de la clé"), cells.figure, numeric=True),
        Column(_("AE"), lambda s: euros(s.ae_cents), numeric=True),
        Column(_("CP"), lambda s: euros(s.cp_cents), numeric=True),
        Column(_("Modifié à la main"), _changed),
    ]
    if found.counts_already:
        columns.insert(2, Column(_("Déjà délégué"), lambda s: euros(s.already_cents), numeric=True))
    if found.state == SplitState.DRAFT:
        columns.append(Column(_("Modifier"), _change_link))
    if found.state == SplitState.NOTIFIED:
        columns.append(Column(_("Lettre"), _letter))
    return Table(
        caption=_("Parts"), columns=columns, rows=shares, csv=reverse("split-csv", args=[found.public_id])
    )


def _changed(share: SplitShare) -> str:
    if not share.change_reason:
        return "—"
    return _("calculé : %(computed)s ; %(reason)s") % {
        "computed": euros(share.computed_ae_cents),
        "reason": share.change_reason,
    }


def _letter(share: SplitShare) -> str:
    if share.delegation is None:
        return "—"
    number = share.delegation.letter_number
    return link(number, reverse("notification-letter", args=[share.delegation.public_id]))


def _change_link(share: SplitShare) -> str:
    label = _("Modifier la part de %(name)s") % {"name": share.territory.name}
    return link(label, reverse("split-share", args=[share.public_id]))


def change(request: HttpRequest, split_share_id: UUID) -> HttpResponse:
    """Change one share by hand."""
    share = get_object_or_404(split_shares_led_by(request.user), public_id=split_share_id)
    back = reverse("split", args=[share.split.public_id])
    initial = {"ae_cents": share.ae_cents, "cp_cents": share.cp_cents, "reason": share.change_reason}
    form = ShareForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(
            change_split_share, actor=request.user, share_id=split_share_id, **form.cleaned_data
        ):
            messages.success(request, _("La part est modifiée."))
            return redirect(back)
    return show_form(
        request,
        form,
        title=_("Part de %(name)s") % {"name": share.territory.name},
        intro=_("La clé donne %(ae)s en AE et %(cp)s en CP.")
        % {"ae": euros(share.computed_ae_cents), "cp": euros(share.computed_cp_cents)},
        submit=_("Enregistrer"),
        back=back,
        crumbs=[*_crumbs(share.split.envelope), crumb(share.split.name, back)],
    )


def notify(request: HttpRequest, split_id: UUID) -> HttpResponse:
    """Send every territory its share: one letter each, all or nothing."""
    found = _split(request, split_id)
    back = reverse("split", args=[split_id])
    form = NotifyForm(request.POST or None, initial={"on": clock.today()})
    shares = [share for share in shares_of(found) if share.ae_cents or share.cp_cents]
    total = sum(share.ae_cents for share in shares)
    if request.method == "POST" and form.is_valid():
        proven = total < found.envelope.line.second_person_from_cents or confirmed(request, form)
        if proven and form.carries_out(
            notify_split,
            actor=request.user,
            split_id=split_id,
            on=form.cleaned_data["on"],
            announced_on=form.cleaned_data["announced_on"],
        ):
            messages.success(request, _("Les crédits sont délégués ; chaque territoire a sa lettre."))
            return redirect(back)
    return show(
        request,
        "components/confirm.html",
        form=form,
        title=_("Notifier « %(name)s »") % {"name": found.name},
        warning=ngettext(
            "%(count)d lettre part, pour %(total)s en AE. Un retrait demandera une nouvelle décision.",
            "%(count)d lettres partent, pour %(total)s en AE. Un retrait demandera une nouvelle décision.",
            len(shares),
        )
        % {"count": len(shares), "total": euros(total)},
        submit=_("Notifier"),
        back=back,
        crumbs=[*_crumbs(found.envelope), crumb(found.name, back)],
    )


def drop(request: HttpRequest, split_id: UUID) -> HttpResponse:
    """Give a draft up."""
    dropped = drop_split(actor=request.user, split_id=split_id)
    messages.success(request, _("Le partage est abandonné ; il reste lisible."))
    return redirect("splits", parent_envelope_id=dropped.envelope.public_id)


def shares_csv(request: HttpRequest, split_id: UUID) -> HttpResponse:
    """Give the shares of a split as CSV, in euros."""
    found = _split(request, split_id)
    header = ["code", "territoire", "chiffre", "ae_calcule", "ae", "cp_calcule", "cp", "motif", "lettre"]
    return csv(header, (_csv_row(share) for share in shares_of(found)), "partage-de-credits")


def _csv_row(share: SplitShare) -> list[Any]:
    place = share.territory
    amounts = (share.computed_ae_cents, share.ae_cents, share.computed_cp_cents, share.cp_cents)
    letter = share.delegation.letter_number if share.delegation else ""
    return [
        place.code,
        place.name,
        share.weight,
        *(_in_euros(cents) for cents in amounts),
        share.change_reason,
        letter,
    ]


def _in_euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d}"
