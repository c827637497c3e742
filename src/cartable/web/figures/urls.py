from cartable.accounts.enums import Role
from cartable.web.figures import views
from cartable.web.register import page


READS = frozenset(Role) - {Role.ASSOCIATION, Role.ADMINISTRATOR}
READS_SCHOOLS = READS - {Role.GIVER}

urlpatterns = [
    page("<uuid:operation_id>", views.figures, name="figures", roles=READS),
    page("<uuid:operation_id>/communes.csv", views.communes_csv, name="figures-communes-csv", roles=READS),
    page("<uuid:operation_id>/jours.csv", views.curve_csv, name="figures-curve-csv", roles=READS),
    page("<uuid:operation_id>/etablissements", views.schools, name="figures-schools", roles=READS_SCHOOLS),
    page(
        "<uuid:operation_id>/etablissements.csv",
        views.schools_csv,
        name="figures-schools-csv",
        roles=READS_SCHOOLS,
    ),
]
