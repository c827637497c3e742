from cartable.accounts.enums import Role
from cartable.equipment.queries.stock import READS_STOCK
from cartable.web.register import page
from cartable.web.stock import repairs, views


LEADS = {Role.EQUIPMENT}
AT_SCHOOL = {Role.HEAD, Role.SCHOOL_STAFF}
BOTH = ("GET", "POST")

urlpatterns = [
    page("numero", views.find, name="find-number", roles=LEADS | AT_SCHOOL),
    page("reparations", repairs.repairs, name="repairs", roles=LEADS | AT_SCHOOL),
    page("reparations/<uuid:repair_id>", repairs.end, name="repair-end", roles=LEADS, methods=BOTH),
    page(
        "materiel/<uuid:asset_id>/reparer",
        repairs.send,
        name="repair-send",
        roles=LEADS | AT_SCHOOL,
        methods=BOTH,
    ),
    page("operation/<uuid:operation_id>", views.stock, name="stock", roles=READS_STOCK),
    page(
        "operation/<uuid:operation_id>/recevoir",
        views.receive,
        name="stock-receive",
        roles=LEADS,
        methods=BOTH,
    ),
    page(
        "operation/<uuid:operation_id>/importer",
        views.import_file,
        name="stock-import",
        roles=LEADS,
        methods=BOTH,
    ),
    page(
        "operation/<uuid:operation_id>/declarer",
        views.declare,
        name="stock-declare",
        roles=LEADS,
        methods=BOTH,
    ),
    page(
        "operation/<uuid:operation_id>/etablissement/<uuid:school_id>",
        views.own_stock,
        name="own-stock",
        roles=AT_SCHOOL,
        methods=BOTH,
    ),
]
