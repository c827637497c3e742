from cartable.web.home import views
from cartable.web.register import ANYONE_SIGNED_IN, PUBLIC, page


urlpatterns = [
    page("", views.home, name="home", roles=ANYONE_SIGNED_IN),
    page("etat", views.state, name="state", roles=PUBLIC),
    page("accessibilite", views.accessibility, name="accessibility", roles=PUBLIC),
    page("donnees-personnelles", views.personal_data, name="personal-data", roles=PUBLIC),
    page("langue", views.language, name="language", roles=PUBLIC, methods=("POST",)),
]
