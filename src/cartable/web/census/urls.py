from cartable.accounts.enums import Role
from cartable.census.queries import READS_RETURNS, READS_TOTALS
from cartable.web.census import views
from cartable.web.register import page


AT_SCHOOL = {Role.HEAD, Role.SCHOOL_STAFF}
TOTALS = READS_TOTALS | {Role.CIRCONSCRIPTION}
READS = READS_RETURNS | {Role.CIRCONSCRIPTION}

urlpatterns = [
    page("", views.answers, name="answers", roles=AT_SCHOOL | {Role.CIRCONSCRIPTION}),
    page("<uuid:operation_id>/reponses", views.census, name="census", roles=TOTALS),
    page("<uuid:operation_id>/sans-reponse", views.silent, name="census-silent", roles=TOTALS),
    page(
        "<uuid:operation_id>/relancer",
        views.remind_silent,
        name="census-remind",
        roles={Role.EQUIPMENT, Role.CIRCONSCRIPTION},
        methods=("POST",),
    ),
    page(
        "<uuid:operation_id>/valider",
        views.validate_all,
        name="census-validate",
        roles={Role.EQUIPMENT},
        methods=("POST",),
    ),
    page("<uuid:operation_id>/ecoles", views.ecoles, name="ecoles", roles={Role.CIRCONSCRIPTION}),
    page(
        "<uuid:operation_id>/ecoles/<uuid:school_id>",
        views.enter,
        name="enter-for",
        roles={Role.CIRCONSCRIPTION},
        methods=("GET", "POST"),
    ),
    page("<uuid:operation_id>/etablissement/<uuid:school_id>", views.answer, name="answer", roles=AT_SCHOOL),
    page(
        "<uuid:operation_id>/etablissement/<uuid:school_id>/envoyer",
        views.send,
        name="answer-send",
        roles={Role.HEAD},
        methods=("POST",),
    ),
    page(
        "<uuid:operation_id>/etablissement/<uuid:school_id>/formulaire.pdf",
        views.paper_form,
        name="answer-form",
        roles=AT_SCHOOL,
    ),
    page("remontees/<uuid:return_id>", views.one_return, name="return", roles=READS | AT_SCHOOL),
    page(
        "remontees/<uuid:return_id>/renvoyer",
        views.send_return_back,
        name="return-send-back",
        roles={Role.EQUIPMENT},
        methods=("GET", "POST"),
    ),
]
