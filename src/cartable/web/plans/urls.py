from cartable.accounts.enums import Role
from cartable.web.plans import views
from cartable.web.register import page


LEADS = {Role.EQUIPMENT}
READS = LEADS | {
    Role.NATIONAL,
    Role.REGION,
    Role.PREFECTURE,
    Role.ACADEMY,
    Role.CIRCONSCRIPTION,
    Role.HEAD,
    Role.AUDITOR,
}
BOTH = ("GET", "POST")

urlpatterns = [
    page("operation/<uuid:operation_id>", views.plan_list, name="plans", roles=READS),
    page("part/<uuid:pool_id>/nouveau", views.new_plan, name="plan-new", roles=LEADS, methods=BOTH),
    page("<uuid:plan_id>", views.plan, name="plan", roles=READS),
    page("<uuid:plan_id>/communes", views.communes, name="plan-communes", roles=LEADS),
    page("<uuid:plan_id>/parts.csv", views.shares_csv, name="plan-csv", roles=READS),
    page("<uuid:plan_id>/plan.pdf", views.sheet, name="plan-sheet", roles=LEADS),
    page("<uuid:plan_id>/approuver", views.approve_plan, name="plan-approve", roles=LEADS, methods=("POST",)),
    page("<uuid:plan_id>/expedier", views.release_plan, name="plan-release", roles=LEADS, methods=BOTH),
    page(
        "<uuid:plan_id>/reserve/<uuid:school_id>",
        views.late_answer,
        name="plan-late-answer",
        roles=LEADS,
        methods=("POST",),
    ),
    page("<uuid:plan_id>/reserve", views.free, name="plan-free-reserve", roles=LEADS, methods=BOTH),
    page("parts/<uuid:allocation_id>", views.share, name="share", roles=LEADS, methods=BOTH),
]
