from cartable.accounts.enums import Role
from cartable.web.register import page
from cartable.web.scenarios import comparing, editing, files, views


# Who decides for a body; who is asked to agree reads, and a control reads what was decided.
LEADS = {Role.EQUIPMENT, Role.PREFECTURE, Role.REGION, Role.NATIONAL}
READS = LEADS | {Role.ACADEMY, Role.AUDITOR}
BOTH = ("GET", "POST")
POST = ("POST",)

urlpatterns = [
    page("", views.index, name="scenarios", roles=READS),
    page("nouvelle", views.new, name="scenario-new", roles=LEADS, methods=BOTH),
    page("fichiers", files.bring, name="scenario-files", roles=LEADS, methods=BOTH),
    page("comparer", comparing.compare, name="scenarios-compare", roles=READS),
    page("<uuid:scenario_id>", views.scenario, name="scenario", roles=READS),
    page(
        "<uuid:scenario_id>/calculer", views.compute_now, name="scenario-compute", roles=LEADS, methods=POST
    ),
    page("<uuid:scenario_id>/copier", views.copy, name="scenario-copy", roles=LEADS, methods=BOTH),
    page("<uuid:scenario_id>/abandonner", views.drop, name="scenario-drop", roles=LEADS, methods=POST),
    page("<uuid:scenario_id>/et-si", comparing.what_if_page, name="scenario-what-if", roles=READS),
    page("<uuid:scenario_id>/lignes", views.lines, name="scenario-lines", roles=LEADS),
    page("<uuid:scenario_id>/plan.csv", files.plan_csv, name="scenario-plan", roles=LEADS),
    page("<uuid:scenario_id>/plan.xlsx", files.plan_xlsx, name="scenario-plan-xlsx", roles=LEADS),
    page("<uuid:scenario_id>/archive.zip", files.archive, name="scenario-archive", roles=LEADS),
    page("<uuid:scenario_id>/reglages", editing.settings, name="scenario-edit", roles=LEADS, methods=BOTH),
    page("<uuid:scenario_id>/articles", editing.good, name="scenario-good", roles=LEADS, methods=BOTH),
    page(
        "<uuid:scenario_id>/articles/depot",
        editing.from_depot,
        name="scenario-depot",
        roles=LEADS,
        methods=POST,
    ),
    page(
        "<uuid:scenario_id>/articles/retirer",
        editing.drop_good,
        name="scenario-good-drop",
        roles=LEADS,
        methods=POST,
    ),
    page("<uuid:scenario_id>/fonds", editing.fund, name="scenario-fund", roles=LEADS, methods=BOTH),
    page(
        "<uuid:scenario_id>/fonds/retirer",
        editing.drop_fund,
        name="scenario-fund-drop",
        roles=LEADS,
        methods=POST,
    ),
    page("<uuid:scenario_id>/poids", editing.weights, name="scenario-weights", roles=LEADS, methods=BOTH),
]
