from cartable.accounts.enums import Role
from cartable.web.operations import views
from cartable.web.register import page


TAKING_PART = frozenset(Role) - {Role.ASSOCIATION, Role.ADMINISTRATOR}
LEADS = {Role.EQUIPMENT}

urlpatterns = [
    page("", views.operation_list, name="operations", roles=TAKING_PART),
    page("nouvelle", views.new_operation, name="operation-new", roles=LEADS, methods=("GET", "POST")),
    page("<uuid:operation_id>", views.operation, name="operation", roles=TAKING_PART),
    page(
        "<uuid:operation_id>/parts/nouvelle",
        views.new_pool,
        name="pool-new",
        roles=LEADS,
        methods=("GET", "POST"),
    ),
    page(
        "<uuid:operation_id>/ordre",
        views.criteria,
        name="operation-criteria",
        roles=LEADS,
        methods=("GET", "POST"),
    ),
    page(
        "<uuid:operation_id>/ouvrir",
        views.open_operation,
        name="operation-open",
        roles=LEADS,
        methods=("POST",),
    ),
    page(
        "<uuid:operation_id>/clore",
        views.close_operation,
        name="operation-close",
        roles=LEADS,
        methods=("POST",),
    ),
    page(
        "<uuid:operation_id>/rouvrir",
        views.reopen_operation,
        name="operation-reopen",
        roles=LEADS,
        methods=("GET", "POST"),
    ),
    page(
        "parts/<uuid:pool_id>",
        views.pool_quantity,
        name="pool-quantity",
        roles=LEADS,
        methods=("GET", "POST"),
    ),
]
