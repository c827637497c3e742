from cartable.accounts.enums import Role
from cartable.web.gate import appointments, handovers, papers, views
from cartable.web.register import page


AT_SCHOOL = {Role.HEAD, Role.SCHOOL_STAFF}
BOTH, SENT = ("GET", "POST"), ("POST",)
PLACE = "<uuid:operation_id>/<uuid:school_id>"
ONE = "faite/<uuid:handover_id>"
SLOT = "rendez-vous/<uuid:appointment_id>"

urlpatterns = [
    page("", views.gates, name="gates", roles=AT_SCHOOL),
    page("credits", views.credits, name="credits", roles=AT_SCHOOL),
    page(PLACE, views.gate, name="gate", roles=AT_SCHOOL, methods=BOTH),
    page(f"{PLACE}/besoin/<uuid:need_id>", views.hand, name="gate-hand", roles=AT_SCHOOL, methods=BOTH),
    page(f"{PLACE}/rendez-vous", appointments.appointments, name="appointments", roles=AT_SCHOOL),
    page(
        f"{PLACE}/rendez-vous/nouveaux",
        appointments.new,
        name="appointments-new",
        roles=AT_SCHOOL,
        methods=BOTH,
    ),
    page(
        f"{PLACE}/rendez-vous/prevenir",
        appointments.tell,
        name="appointments-tell",
        roles=AT_SCHOOL,
        methods=BOTH,
    ),
    page(f"{PLACE}/rendez-vous.pdf", papers.appointment_sheets, name="paper-appointments", roles=AT_SCHOOL),
    page(f"{PLACE}/appels.pdf", papers.call_list, name="paper-calls", roles=AT_SCHOOL),
    page(f"{PLACE}/papiers", papers.papers, name="papers", roles=AT_SCHOOL),
    page(f"{PLACE}/emargement.pdf", papers.signing_list, name="paper-signing-list", roles=AT_SCHOOL),
    page(f"{PLACE}/attestations.pdf", papers.certificates, name="paper-certificates", roles=AT_SCHOOL),
    page(f"{PLACE}/conventions.pdf", papers.agreements, name="paper-agreements", roles=AT_SCHOOL),
    page(f"{SLOT}/absent", appointments.absent, name="appointment-absent", roles=AT_SCHOOL, methods=SENT),
    page(f"{SLOT}/annuler", appointments.cancel, name="appointment-cancel", roles=AT_SCHOOL, methods=SENT),
    page(ONE, handovers.handover, name="handover", roles=AT_SCHOOL),
    page(f"{ONE}/echanger", handovers.swap_thing, name="handover-swap", roles=AT_SCHOOL, methods=BOTH),
    page(f"{ONE}/rendre", handovers.take_back, name="handover-back", roles=AT_SCHOOL, methods=BOTH),
    page(f"{ONE}/annuler", handovers.cancel, name="handover-cancel", roles=AT_SCHOOL, methods=BOTH),
    page(f"{ONE}/papier.pdf", papers.handover_paper, name="handover-paper", roles=AT_SCHOOL),
    page(f"{ONE}/recu.pdf", papers.handover_receipt, name="handover-receipt", roles=AT_SCHOOL),
]
