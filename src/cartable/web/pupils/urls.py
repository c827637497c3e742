from cartable.accounts.enums import Role
from cartable.web.pupils import areas, family, lists, order, records, views
from cartable.web.register import page


AT_SCHOOL = {Role.HEAD, Role.SCHOOL_STAFF}
BOTH, SENT = ("GET", "POST"), ("POST",)
SCHOOL = "<uuid:school_id>"
ONE = "eleve/<uuid:pupil_id>"

urlpatterns = [
    page("", views.schools, name="pupils-schools", roles=AT_SCHOOL),
    page(SCHOOL, views.pupils, name="pupils", roles=AT_SCHOOL, methods=BOTH),
    page(f"{SCHOOL}/reperer", views.mark, name="pupils-mark", roles=AT_SCHOOL, methods=SENT),
    page(f"{SCHOOL}/famille", family.new, name="family-new", roles=AT_SCHOOL, methods=BOTH),
    page(f"{SCHOOL}/importer", lists.bring, name="pupils-import", roles=AT_SCHOOL, methods=BOTH),
    page(f"{SCHOOL}/modele", lists.template, name="pupils-template", roles=AT_SCHOOL),
    page(f"{SCHOOL}/quartiers", areas.areas, name="priority-areas", roles=AT_SCHOOL, methods=BOTH),
    page(f"{SCHOOL}/ordre", order.order, name="needs-order", roles=AT_SCHOOL, methods=BOTH),
    page(ONE, records.pupil, name="pupil", roles=AT_SCHOOL),
    page(f"{ONE}/besoins", records.needs, name="pupil-needs", roles=AT_SCHOOL, methods=SENT),
    page(f"{ONE}/corriger", records.correct, name="pupil-correct", roles=AT_SCHOOL, methods=BOTH),
    page(f"{ONE}/domicile", records.new_home, name="pupil-home-new", roles=AT_SCHOOL, methods=BOTH),
    page(f"{ONE}/domicile/<uuid:home_id>", records.home, name="pupil-home", roles=AT_SCHOOL, methods=BOTH),
    page(
        f"{ONE}/domicile/<uuid:home_id>/retirer",
        records.remove,
        name="pupil-home-remove",
        roles=AT_SCHOOL,
        methods=SENT,
    ),
    page(f"{ONE}/depart", records.left, name="pupil-left", roles=AT_SCHOOL, methods=BOTH),
    page(f"{ONE}/retour", records.back, name="pupil-back", roles=AT_SCHOOL, methods=SENT),
    page(f"{ONE}/donnees", records.export, name="pupil-export", roles={Role.HEAD}, methods=SENT),
]
