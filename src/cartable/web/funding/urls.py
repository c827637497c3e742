from cartable.accounts.enums import Role
from cartable.web.funding import (
    bills,
    borne,
    bringing,
    commitments,
    deciding,
    envelopes,
    lines,
    notifications,
    own,
    pieces,
    programmes,
    spending,
    steps,
    where,
)
from cartable.web.register import page


# Who decides on money, who reads it, who bears what it pays.
RUNS = frozenset({Role.NATIONAL, Role.REGION, Role.PREFECTURE, Role.EQUIPMENT})
READS = RUNS | {Role.AUDITOR}
BEARS = frozenset({Role.EQUIPMENT, Role.ASSOCIATION, Role.HEAD})
ABOVE_ROLES = frozenset({Role.NATIONAL, Role.REGION})
TOP_ROLES = frozenset({Role.NATIONAL, Role.EQUIPMENT})
BOTH = ("GET", "POST")
TOP, ABOVE = "enveloppes/<uuid:top_envelope_id>", "enveloppes/<uuid:above_envelope_id>"
ENVELOPE, COMMITMENT = "enveloppes/<uuid:envelope_id>", "engagements/<uuid:commitment_id>"

urlpatterns = [
    page("", where.where, name="money", roles=READS),
    page("lignes-et-territoires.csv", where.where_csv, name="money-csv", roles=READS),
    page("lignes-et-territoires.xlsx", where.where_xlsx, name="money-xlsx", roles=READS),
    page("jours", where.days, name="money-days", roles=READS),
    page("jours.csv", where.days_csv, name="money-days-csv", roles=READS),
    page("pieces", pieces.pieces, name="money-pieces", roles=READS),
    page("programmes", programmes.programmes, name="programmes", roles=READS),
    page("programmes/<uuid:programme_id>", programmes.programme, name="programme", roles=READS),
    *(
        page(route, view, name=name, roles={Role.NATIONAL}, methods=BOTH)
        for route, view, name in (
            ("programmes/nouveau", programmes.new_programme, "programme-new"),
            ("programmes/<uuid:programme_id>/document", programmes.new_document, "programme-document-new"),
            ("programmes/<uuid:programme_id>/ligne", programmes.new_line, "programme-line-new"),
            ("lignes/<uuid:money_line_id>/plafond", programmes.line_bound, "line-ceiling"),
            ("lignes/<uuid:money_line_id>/plafond-territoire", programmes.new_bound, "line-ceiling-new"),
        )
    ),
    page("lignes/<uuid:money_line_id>", lines.line, name="money-line", roles=READS),
    page(
        "lignes/<uuid:money_line_id>/ouvrir",
        lines.open_envelope,
        name="envelope-new",
        roles=TOP_ROLES,
        methods=BOTH,
        strong=True,
    ),
    page("importer", bringing.bring, name="commitments-import", roles=RUNS, methods=BOTH, strong=True),
    page(f"{ENVELOPE}/engagements.csv", bringing.commitments_csv, name="envelope-csv", roles=READS),
    page(f"{ENVELOPE}/engagements.xlsx", bringing.commitments_xlsx, name="envelope-xlsx", roles=READS),
    page(
        "nos-credits", own.open_own, name="own-money-new", roles={Role.EQUIPMENT}, methods=BOTH, strong=True
    ),
    page("lots/<uuid:lot_id>", own.paid_by, name="lot-paid-by", roles={Role.EQUIPMENT}, methods=BOTH),
    page("porteur", borne.borne, name="borne", roles=BEARS),
    page(ENVELOPE, envelopes.envelope, name="envelope", roles=READS),
    page(
        f"{TOP}/ouvrir",
        steps.open_credits,
        name="envelope-open-credits",
        roles=TOP_ROLES,
        methods=BOTH,
        strong=True,
    ),
    *(
        page(f"{ABOVE}/{word}", view, name=f"envelope-{name}", roles=ABOVE_ROLES, methods=BOTH, strong=True)
        for word, view, name in (
            ("deleguer", steps.delegate, "delegate"),
            ("reprendre", steps.withdraw, "withdraw"),
            ("virer", steps.move, "move"),
            ("redeployer", steps.redeploy, "redeploy"),
        )
    ),
    page(
        "notifications/<uuid:notification_id>/lettre.pdf",
        notifications.letter,
        name="notification-letter",
        roles=READS,
    ),
    page(
        "notifications/<uuid:notification_id>/lettre-a-qui-cede.pdf",
        notifications.source_letter,
        name="notification-letter-source",
        roles=READS,
    ),
    page(
        "notifications/<uuid:notification_id>", notifications.notification, name="notification", roles=READS
    ),
    *(
        page(
            f"notifications/<uuid:notification_id>/{word}",
            view,
            name=f"notification-{name}",
            roles=RUNS,
            methods=BOTH,
            strong=True,
        )
        for word, view, name in (
            ("notifier", steps.notify, "notify"),
            ("abandonner", steps.cancel, "cancel"),
        )
    ),
    page(f"{ENVELOPE}/engager", deciding.choose_bearer, name="commitment-new", roles=RUNS, strong=True),
    page(
        f"{ENVELOPE}/engager/nouveau-porteur",
        deciding.new_bearer,
        name="bearer-new",
        roles=RUNS,
        methods=BOTH,
        strong=True,
    ),
    page(
        f"{ENVELOPE}/engager/etablissement/<uuid:school_id>",
        deciding.school_bearer,
        name="commitment-school",
        roles=RUNS,
        methods=("POST",),
        strong=True,
    ),
    page(
        f"{ENVELOPE}/engager/<uuid:bearer_id>",
        deciding.write,
        name="commitment-write",
        roles=RUNS,
        methods=BOTH,
        strong=True,
    ),
    page(f"{COMMITMENT}/fiche.pdf", commitments.sheet, name="commitment-sheet", roles=READS | BEARS),
    page(COMMITMENT, commitments.commitment, name="commitment", roles=READS | BEARS),
    *(
        page(f"{COMMITMENT}/{word}", view, name=f"commitment-{name}", roles=RUNS, methods=BOTH, strong=True)
        for word, view, name in (
            ("confirmer", deciding.confirm, "confirm"),
            ("refuser", deciding.refuse, "refuse"),
            ("ajouter-une-part", deciding.join, "join"),
            ("numero", deciding.number, "number"),
            ("solder", deciding.close, "close"),
            ("rouvrir", deciding.reopen, "reopen"),
            ("payer", spending.pay, "pay"),
            ("avoir", spending.credit_note, "credit-note"),
            ("retirer", spending.release, "release"),
            ("justifier", spending.justify, "justify"),
            ("reclamer", spending.claim, "claim"),
        )
    ),
    *(
        page(f"{route}/{word}", view, name=name, roles=RUNS, methods=BOTH, strong=True)
        for route, word, view, name in (
            ("mouvements/<uuid:movement_id>", "annuler", spending.undo, "movement-undo"),
            ("reversements/<uuid:recovery_id>", "recu", spending.receive, "recovery-receive"),
            ("reservations/<uuid:reservation_id>", "rendre", deciding.give_back, "reservation-release"),
            ("reversements/<uuid:recovery_id>", "abandonner", spending.waive, "recovery-waive"),
            ("factures/<uuid:bill_id>", "retenir", bills.accept, "bill-accept"),
            ("factures/<uuid:bill_id>", "ecarter", bills.refuse, "bill-refuse"),
        )
    ),
    page(f"{COMMITMENT}/facture", bills.declare, name="bill-new", roles=RUNS | BEARS, methods=BOTH),
    page("factures/<uuid:bill_id>", bills.bill, name="bill", roles=READS | BEARS),
]
