from cartable.web.accounts import views
from cartable.web.register import ANYONE_SIGNED_IN, page


urlpatterns = [
    page("moi", views.my_account, name="my-account", roles=ANYONE_SIGNED_IN),
]
