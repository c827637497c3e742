from cartable.accounts.enums import Role
from cartable.web.accounts import delegations, invitations, views
from cartable.web.register import ANYONE_SIGNED_IN, page


BOTH = ("GET", "POST")
ADMINISTRATION = {Role.ADMINISTRATOR}
WHO_INVITES = {Role.ADMINISTRATOR, Role.EQUIPMENT, Role.CIRCONSCRIPTION}

urlpatterns = [
    page("mon-compte", views.my_account, name="my-account", roles=ANYONE_SIGNED_IN, methods=BOTH),
    page("comptes", views.accounts, name="accounts", roles=ADMINISTRATION),
    page("comptes/nouveau", views.new_account, name="account-new", roles=ADMINISTRATION, methods=BOTH),
    page("comptes/<uuid:account_id>", views.account, name="account", roles=ADMINISTRATION),
    page(
        "comptes/<uuid:account_id>/droits",
        views.new_right,
        name="account-right-new",
        roles=ADMINISTRATION,
        methods=BOTH,
    ),
    page(
        "droits/<uuid:right_id>/fin",
        views.end_right,
        name="account-right-end",
        roles=ADMINISTRATION,
        methods=BOTH,
    ),
    page(
        "comptes/<uuid:account_id>/acces",
        views.new_way_in,
        name="account-way-in",
        roles={*WHO_INVITES, Role.HEAD},
        methods=("POST",),
    ),
    page(
        "comptes/<uuid:account_id>/etat",
        views.change_state,
        name="account-state",
        roles=ADMINISTRATION,
        methods=("POST",),
    ),
    page(
        "comptes/<uuid:account_id>/second-facteur",
        views.reset_factor,
        name="account-factor-reset",
        roles=ADMINISTRATION,
        methods=BOTH,
    ),
    page("delegations", delegations.delegations, name="delegations", roles={Role.HEAD}),
    page(
        "delegations/nouvelle",
        delegations.new_delegation,
        name="delegation-new",
        roles={Role.HEAD},
        methods=BOTH,
    ),
    page(
        "delegations/<uuid:delegation_id>/fin",
        delegations.end_delegation,
        name="delegation-end",
        roles={Role.HEAD},
        methods=BOTH,
    ),
    page("invitations", invitations.invitations, name="invitations", roles=WHO_INVITES),
    page(
        "invitations/departement/<uuid:department_id>",
        invitations.invite_department,
        name="invite-department",
        roles={Role.ADMINISTRATOR, Role.EQUIPMENT},
        methods=BOTH,
    ),
    page(
        "invitations/circonscription/<uuid:circonscription_id>",
        invitations.invite_circonscription,
        name="invite-circonscription",
        roles={Role.CIRCONSCRIPTION},
        methods=BOTH,
    ),
    page("invitations/lettres.pdf", invitations.letters_pdf, name="invitation-letters", roles=WHO_INVITES),
    page(
        "invitations/lettres/parties",
        invitations.letters_posted,
        name="invitation-letters-posted",
        roles=WHO_INVITES,
        methods=("POST",),
    ),
]
