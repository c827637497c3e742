"""Pages of the journal: who did what and why, and whether the chain is whole."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.equipment.queries.control import entries_audited_by, pseudonyms_of
from cartable.foundation import clock
from cartable.journal.checks import damages
from cartable.journal.models import Entry
from cartable.journal.queries import altered, chain_end
from cartable.web.audit import cells
from cartable.web.audit.forms import JournalForm, chosen
from cartable.web.audit.views import audit_crumbs
from cartable.web.parts import Badge, crumb
from cartable.web.show import moment, paged, show


# A page reads that many entries again in some seconds; beyond it the command line does.
READ_ON_A_PAGE = 200_000


def _cut(request: HttpRequest) -> tuple[JournalForm, QuerySet[Entry]]:
    every = entries_audited_by(request.user)
    form = JournalForm(request.GET, verbs=list(every.order_by().values_list("verb", flat=True).distinct()))
    asked = {name: text.strip() for name, text in chosen(form).items()}
    return form, entries_audited_by(request.user, **asked)


def journal(request: HttpRequest) -> HttpResponse:
    """Show the journal, the newest entry first, and where its chain ends."""
    form, rows = _cut(request)
    page = paged(request, rows)
    wrong, end = altered(page), chain_end()
    shown = cells.table(
        cells.entry_cells(pseudonyms_of(cells.words_of(page)), wrong),
        page,
        caption=_("Journal"),
        empty=_("Aucune entrée de cette sorte."),
        csv=reverse("audit-journal-csv") + f"?{request.GET.urlencode()}",
    )
    return show(
        request,
        "audit/journal.html",
        title=_("Journal"),
        crumbs=audit_crumbs(),
        form=form,
        end=end,
        badge=_state(end.sound and not wrong),
        table=shown,
    )


def _state(sound: bool) -> Badge:
    return Badge(_("vérifiée"), "success") if sound else Badge(_("altérée"), "error")


def journal_csv(request: HttpRequest) -> HttpResponse:
    """Give these entries as a file."""
    rows = list(_cut(request)[1][: cells.LONGEST_FILE])
    masked = pseudonyms_of(cells.words_of(rows))
    return cells.file(cells.entry_cells(masked, altered(rows)), rows, "journal")


def chain(request: HttpRequest) -> HttpResponse:
    """Read the whole chain again, and say what is wrong with it."""
    end = chain_end()
    found = damages() if end.count <= READ_ON_A_PAGE else None
    return show(
        request,
        "audit/chain.html",
        title=_("Chaîne du journal"),
        crumbs=audit_crumbs(crumb(_("Journal"), reverse("audit-journal"))),
        end=end,
        read_at=moment(clock.now(), "Europe/Paris"),
        badge=None if found is None else _state(not found),
        sentences=[damage.sentence for damage in found or []],
    )
