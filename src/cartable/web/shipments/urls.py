from cartable.accounts.enums import Role
from cartable.web.register import PUBLIC, page
from cartable.web.shipments import views


LEADS = {Role.EQUIPMENT}
AT_SCHOOL = {Role.HEAD, Role.SCHOOL_STAFF, Role.CIRCONSCRIPTION}
READS = LEADS | AT_SCHOOL | {Role.ACADEMY, Role.AUDITOR}
BOTH = ("GET", "POST")

urlpatterns = [
    page("expeditions/operation/<uuid:operation_id>", views.shipment_list, name="shipments", roles=READS),
    page(
        "expeditions/operation/<uuid:operation_id>/parties",
        views.send_round,
        name="shipments-send",
        roles=LEADS,
        methods=("POST",),
    ),
    page(
        "expeditions/operation/<uuid:operation_id>/bordereaux.pdf",
        views.slips,
        name="shipments-slips",
        roles=LEADS,
    ),
    page(
        "expeditions/operation/<uuid:operation_id>/feuillets.pdf",
        views.all_leaflets,
        name="shipments-leaflets",
        roles=LEADS,
    ),
    page("expeditions/<uuid:shipment_id>", views.shipment, name="shipment", roles=READS),
    page("expeditions/<uuid:shipment_id>/bordereau.pdf", views.slip, name="shipment-slip", roles=LEADS),
    page(
        "expeditions/<uuid:shipment_id>/annuler",
        views.cancel_shipment,
        name="shipment-cancel",
        roles=LEADS,
        methods=BOTH,
    ),
    page(
        "expeditions/<uuid:shipment_id>/reception",
        views.receive,
        name="shipment-receive",
        roles=AT_SCHOOL,
        methods=BOTH,
    ),
    page(
        "expeditions/ecart/<uuid:shipment_line_id>",
        views.found,
        name="gap-found",
        roles=LEADS | AT_SCHOOL,
        methods=BOTH,
    ),
    page("reception", views.receipt_code, name="receipt-code", roles=PUBLIC, methods=BOTH),
    page("reception/<slug:code>", views.receipt, name="receipt", roles=PUBLIC, methods=BOTH),
]
