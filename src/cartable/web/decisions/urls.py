from cartable.accounts.enums import Role
from cartable.web.decisions import schools, views
from cartable.web.register import page


LEADS = {Role.EQUIPMENT, Role.PREFECTURE, Role.REGION, Role.NATIONAL}
# A cité éducative's money waits for its troïka: préfecture, Éducation nationale, commune.
AGREES = LEADS | {Role.ACADEMY}
READS = AGREES | {Role.AUDITOR}
SCHOOLS = {Role.HEAD, Role.SCHOOL_STAFF, Role.CIRCONSCRIPTION}
BOTH = ("GET", "POST")
POST = ("POST",)

urlpatterns = [
    page("a-decider", views.waiting, name="decisions", roles=AGREES),
    page("<uuid:scenario_id>/accords", views.ask, name="scenario-ask", roles=LEADS, methods=POST),
    page(
        "<uuid:scenario_id>/accords/reprendre",
        views.withdraw,
        name="scenario-withdraw",
        roles=LEADS,
        methods=POST,
    ),
    page("accords/<uuid:fund_agreement_id>", views.answer, name="fund-agreement", roles=AGREES, methods=BOTH),
    page(
        "<uuid:scenario_id>/retenir",
        views.choose_it,
        name="scenario-choose",
        roles=LEADS,
        methods=BOTH,
        strong=True,
    ),
    page("<uuid:scenario_id>/decision", views.decision, name="scenario-decision", roles=READS),
    page("<uuid:scenario_id>/corriger", views.correct_it, name="scenario-correct", roles=LEADS, methods=BOTH),
    page(
        "plans/<uuid:scenario_plan_id>/arrives", views.arrived, name="plan-arrived", roles=LEADS, methods=POST
    ),
    page(
        "contestations/<uuid:contest_id>", views.answer_it, name="contest-answer", roles=LEADS, methods=BOTH
    ),
    page("parts", schools.shares, name="school-shares", roles=SCHOOLS),
    page(
        "<uuid:chosen_id>/contester/<uuid:school_id>",
        schools.contest_it,
        name="contest",
        roles={Role.HEAD},
        methods=BOTH,
    ),
]
