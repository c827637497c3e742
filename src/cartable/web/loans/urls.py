from cartable.accounts.enums import Role
from cartable.web.loans import owner, views
from cartable.web.register import page


AT_SCHOOL = {Role.HEAD, Role.SCHOOL_STAFF}
OWNER = {Role.EQUIPMENT}
BOTH = ("GET", "POST")
SCHOOL = "etablissement/<uuid:school_id>"

urlpatterns = [
    page("", views.schools, name="loans-schools", roles=AT_SCHOOL),
    page(SCHOOL, views.loans, name="loans", roles=AT_SCHOOL),
    page(f"{SCHOOL}/retours", views.return_things, name="loans-return", roles=AT_SCHOOL, methods=BOTH),
    page(f"{SCHOOL}/prolonger", views.prolong_all, name="loans-prolong", roles=AT_SCHOOL, methods=BOTH),
    page(f"{SCHOOL}/recus/<uuid:operation_id>.pdf", views.receipts, name="loans-receipts", roles=AT_SCHOOL),
    page("<uuid:handover_id>/perdu", views.lost, name="loan-lost", roles=AT_SCHOOL, methods=BOTH),
    page("operation/<uuid:operation_id>", owner.operation_loans, name="operation-loans", roles=OWNER),
    page(
        "operation/<uuid:operation_id>/prolonger",
        owner.prolong_operation,
        name="operation-prolong",
        roles=OWNER,
        methods=BOTH,
    ),
    page("conventions", owner.agreements, name="agreements", roles=OWNER),
    page("conventions/nouvelle", owner.new_agreement, name="agreement-new", roles=OWNER, methods=BOTH),
    page("conventions/<uuid:agreement_id>", owner.agreement, name="agreement", roles=OWNER),
]
