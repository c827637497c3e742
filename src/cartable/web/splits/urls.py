from cartable.accounts.enums import Role
from cartable.web.register import page
from cartable.web.splits import views


# The ministry splits among régions, a région's préfecture among its départements; nobody else reads a proposal.
SPLITS = {Role.NATIONAL, Role.REGION}
BOTH = ("GET", "POST")

urlpatterns = [
    page("", views.index, name="splits-index", roles=SPLITS),
    page("enveloppes/<uuid:parent_envelope_id>", views.splits, name="splits", roles=SPLITS),
    page(
        "enveloppes/<uuid:parent_envelope_id>/<slug:split_key>",
        views.new_split,
        name="split-new",
        roles=SPLITS,
        methods=BOTH,
    ),
    page("<uuid:split_id>", views.split, name="split", roles=SPLITS),
    page("<uuid:split_id>/parts.csv", views.shares_csv, name="split-csv", roles=SPLITS),
    page(
        "<uuid:split_id>/notifier",
        views.notify,
        name="split-notify",
        roles=SPLITS,
        methods=BOTH,
        strong=True,
    ),
    page("<uuid:split_id>/abandonner", views.drop, name="split-drop", roles=SPLITS, methods=("POST",)),
    page("parts/<uuid:split_share_id>", views.change, name="split-share", roles=SPLITS, methods=BOTH),
]
