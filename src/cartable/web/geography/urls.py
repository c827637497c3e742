from cartable.accounts.enums import Role
from cartable.web.geography import directory, views
from cartable.web.register import page


GEOGRAPHY = {Role.ADMINISTRATOR}
# Public facts, each in one's own place: whoever writes to schools or oversees them looks one up.
READS = GEOGRAPHY | {
    Role.NATIONAL,
    Role.REGION,
    Role.PREFECTURE,
    Role.ACADEMY,
    Role.CIRCONSCRIPTION,
    Role.EQUIPMENT,
    Role.AUDITOR,
}

urlpatterns = [
    page("etablissements", views.schools, name="schools", roles=READS),
    page("etablissements/<uuid:school_id>", views.school, name="school", roles=READS),
    page("circonscriptions", views.circonscriptions, name="circonscriptions", roles=READS),
    page(
        "circonscriptions/<uuid:circonscription_id>",
        views.circonscription,
        name="circonscription",
        roles=READS,
    ),
    page(
        "annuaire/importer",
        directory.bring,
        name="directory-import",
        roles=GEOGRAPHY,
        methods=("GET", "POST"),
    ),
]
