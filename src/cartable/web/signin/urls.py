from cartable.web.register import ANYONE_SIGNED_IN, PUBLIC, page
from cartable.web.signin import second_factor, second_step, views


BOTH = ("GET", "POST")

urlpatterns = [
    page("connexion", views.sign_in, name="sign-in", roles=PUBLIC, methods=BOTH),
    page("connexion/code", second_step.second_step, name="second-step", roles=PUBLIC, methods=BOTH),
    page("confirmer", second_step.confirm, name="confirm", roles=ANYONE_SIGNED_IN, methods=BOTH),
    page("deconnexion", views.sign_out, name="sign-out", roles=ANYONE_SIGNED_IN, methods=("POST",)),
    page("acces", views.by_code, name="first-access", roles=PUBLIC, methods=BOTH),
    page("acces/<str:token>", views.by_link, name="first-access-link", roles=PUBLIC, methods=BOTH),
    page("mot-de-passe-oublie", views.forgotten, name="password-forgotten", roles=PUBLIC, methods=BOTH),
    page("mot-de-passe", views.new_password, name="password", roles=ANYONE_SIGNED_IN, methods=BOTH),
    page(
        "mon-compte/second-facteur",
        second_factor.second_factor,
        name="second-factor",
        roles=ANYONE_SIGNED_IN,
        methods=BOTH,
    ),
    page(
        "mon-compte/second-facteur/commencer",
        second_factor.begin,
        name="second-factor-begin",
        roles=ANYONE_SIGNED_IN,
        methods=("POST",),
    ),
    page(
        "mon-compte/second-facteur/codes",
        second_factor.new_recovery_codes,
        name="recovery-codes",
        roles=ANYONE_SIGNED_IN,
        methods=BOTH,
    ),
    page(
        "mon-compte/second-facteur/retrait",
        second_factor.remove,
        name="second-factor-remove",
        roles=ANYONE_SIGNED_IN,
        methods=BOTH,
    ),
]
