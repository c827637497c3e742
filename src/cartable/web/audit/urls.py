from cartable.accounts.enums import Role
from cartable.web.audit import journal, ledger, views
from cartable.web.register import page


CONTROL = {Role.AUDITOR}

urlpatterns = [
    page("", views.control, name="audit", roles=CONTROL),
    page("operation/<uuid:operation_id>", views.operation, name="audit-operation", roles=CONTROL),
    page("operation/<uuid:operation_id>/lots.csv", views.lots_csv, name="audit-lots-csv", roles=CONTROL),
    page("operation/<uuid:operation_id>/remises", views.handovers, name="audit-handovers", roles=CONTROL),
    page(
        "operation/<uuid:operation_id>/remises.csv",
        views.handovers_csv,
        name="audit-handovers-csv",
        roles=CONTROL,
    ),
    page("lot/<uuid:lot_id>", views.lot, name="audit-lot", roles=CONTROL),
    page("materiel/<uuid:asset_id>", views.asset, name="audit-asset", roles=CONTROL),
    page("materiel/<uuid:asset_id>.csv", views.asset_csv, name="audit-asset-csv", roles=CONTROL),
    page("registre", ledger.ledger, name="audit-ledger", roles=CONTROL),
    page("registre.csv", ledger.ledger_csv, name="audit-ledger-csv", roles=CONTROL),
    page("registre/comptes", ledger.accounts, name="audit-accounts", roles=CONTROL),
    page("registre/comptes.csv", ledger.accounts_csv, name="audit-accounts-csv", roles=CONTROL),
    page("registre/comptes/<uuid:ledger_account_id>", ledger.account, name="audit-account", roles=CONTROL),
    page(
        "registre/comptes/<uuid:ledger_account_id>.csv",
        ledger.account_csv,
        name="audit-account-csv",
        roles=CONTROL,
    ),
    page("registre/ecritures", ledger.transfers, name="audit-transfers", roles=CONTROL),
    page("registre/ecritures.csv", ledger.transfers_csv, name="audit-transfers-csv", roles=CONTROL),
    page("journal", journal.journal, name="audit-journal", roles=CONTROL),
    page("journal.csv", journal.journal_csv, name="audit-journal-csv", roles=CONTROL),
    page("journal/chaine", journal.chain, name="audit-chain", roles=CONTROL),
]
