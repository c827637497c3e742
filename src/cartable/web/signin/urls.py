from cartable.web.register import ANYONE_SIGNED_IN, PUBLIC, page
from cartable.web.signin import views


BOTH = ("GET", "POST")

urlpatterns = [
    page("connexion", views.sign_in, name="sign-in", roles=PUBLIC, methods=BOTH),
    page("deconnexion", views.sign_out, name="sign-out", roles=ANYONE_SIGNED_IN, methods=("POST",)),
    page("acces", views.by_code, name="first-access", roles=PUBLIC, methods=BOTH),
    page("acces/<str:token>", views.by_link, name="first-access-link", roles=PUBLIC, methods=BOTH),
    page("mot-de-passe-oublie", views.forgotten, name="password-forgotten", roles=PUBLIC, methods=BOTH),
    page("mot-de-passe", views.new_password, name="password", roles=ANYONE_SIGNED_IN, methods=BOTH),
]
