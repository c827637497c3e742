from cartable.web.register import ANYONE_SIGNED_IN, PUBLIC, page
from cartable.web.signin import views


urlpatterns = [
    page("connexion", views.sign_in, name="sign-in", roles=PUBLIC, methods=("GET", "POST")),
    page("deconnexion", views.sign_out, name="sign-out", roles=ANYONE_SIGNED_IN, methods=("POST",)),
]
