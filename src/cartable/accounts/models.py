"""Users, the roles they hold on a scope, the rights that heads delegate, and one-use invitations."""

from functools import cached_property

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cartable.accounts.enums import DELEGABLE, Right, Role, ScopeKind
from cartable.bodies.models import Body
from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import Retention
from cartable.foundation.sealed import SealedField
from cartable.territories.models import Academy, Circonscription, Department, Region, School
from cartable.territories.scope import Scope


ACCOUNT_KEPT = Retention("fixed", "compte professionnel : un an après le dernier droit", days=365)


class UserManager(BaseUserManager["User"]):
    """Finds people by their identifier, whatever the case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(identifier=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in. The identifier is an e-mail address, or a code where there is none (`0930001A`)."""

    public_id = PublicIdField()
    identifier = models.CharField(_("identifiant"), max_length=254, unique=True)
    display_name = models.CharField(_("nom affiché"), max_length=120)
    email = models.EmailField(_("adresse électronique"), blank=True)
    language = models.CharField(_("langue"), max_length=2, default="fr")
    is_active = models.BooleanField(_("compte actif"), default=True)
    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "identifier"
    REQUIRED_FIELDS = ["display_name"]
    EMAIL_FIELD = "email"
    objects = UserManager()

    retention = ACCOUNT_KEPT
    personal = ("identifier", "display_name", "email")

    class Meta:
        verbose_name = _("compte")
        verbose_name_plural = _("comptes")

    def __str__(self) -> str:
        return self.display_name

    @cached_property
    def held(self) -> "list[Assignment]":
        """The roles held today, each with its place."""
        from cartable.accounts.queries import held_by

        return held_by(self)

    @cached_property
    def lent(self) -> "list[RightDelegation]":
        """The rights of heads that are lent to this person today."""
        from cartable.accounts.queries import lent_to

        return list(lent_to(self))

    @cached_property
    def scope(self) -> Scope:
        """Resolve what the user may reach, once for this object (a request)."""
        from cartable.accounts.queries import resolve_scope

        return resolve_scope(self)


class Assignment(models.Model):
    """A role held on one scope, from a day until a day."""

    public_id = PublicIdField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="assignments")
    role = models.CharField(_("rôle"), max_length=20, choices=Role.choices)
    scope_kind = models.CharField(_("périmètre"), max_length=20, choices=ScopeKind.choices)
    region = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT)
    academy = models.ForeignKey(Academy, null=True, blank=True, on_delete=models.PROTECT)
    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT)
    circonscription = models.ForeignKey(Circonscription, null=True, blank=True, on_delete=models.PROTECT)
    school = models.ForeignKey(School, null=True, blank=True, on_delete=models.PROTECT)
    body = models.ForeignKey(Body, null=True, blank=True, on_delete=models.PROTECT)
    valid_from = models.DateField(_("depuis le"))
    valid_until = models.DateField(_("jusqu'au"), null=True, blank=True)

    retention = ACCOUNT_KEPT
    personal = ("user",)

    class Meta:
        verbose_name = _("droit")
        verbose_name_plural = _("droits")
        constraints = [
            models.CheckConstraint(
                name="assignment_names_its_scope",
                condition=Q(
                    scope_kind="everywhere",
                    region=None,
                    academy=None,
                    department=None,
                    circonscription=None,
                    school=None,
                    body=None,
                )
                | Q(scope_kind="region", region__isnull=False)
                | Q(scope_kind="academy", academy__isnull=False)
                | Q(scope_kind="department", department__isnull=False)
                | Q(scope_kind="circonscription", circonscription__isnull=False)
                | Q(scope_kind="school", school__isnull=False)
                | Q(scope_kind="body", body__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.place or self.get_scope_kind_display()}"

    @property
    def place(self) -> models.Model | None:
        """The région, school, body… that bounds the role; None for the whole country."""
        return None if self.scope_kind == ScopeKind.EVERYWHERE else getattr(self, self.scope_kind)


class RightDelegation(models.Model):
    """A right of a head, lent to a named colleague of the school until a day; the head can take it back."""

    public_id = PublicIdField()
    school = models.ForeignKey(School, on_delete=models.PROTECT)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="rights_given")
    given_to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="rights_received")
    right = models.CharField(_("droit"), max_length=20, choices=[(r.value, r.label) for r in DELEGABLE])
    valid_from = models.DateField(_("depuis le"))
    valid_until = models.DateField(_("jusqu'au"))
    revoked_at = models.DateTimeField(null=True, blank=True)

    retention = ACCOUNT_KEPT
    personal = ("given_by", "given_to")

    class Meta:
        verbose_name = _("délégation")
        verbose_name_plural = _("délégations")
        constraints = [
            models.CheckConstraint(name="delegation_never_of_headship", condition=~Q(right=Right.HEAD.value)),
            models.CheckConstraint(
                name="delegation_ends_after_it_starts", condition=Q(valid_until__gte=models.F("valid_from"))
            ),
            models.UniqueConstraint(
                name="one_open_delegation",
                fields=["school", "given_to", "right"],
                condition=Q(revoked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_right_display()} → {self.given_to}"


class Invitation(models.Model):
    """A one-use way in for an account: a link by e-mail, or a code in a printed letter. Only its hash is kept."""

    public_id = PublicIdField()
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    channel = models.CharField(
        max_length=10, choices=[("email", _("lien par courriel")), ("letter", _("code par courrier"))]
    )
    secret_hash = models.CharField(max_length=64, unique=True)
    # Kept sealed only until the letter is printed, so that a letter lost in the printer can be printed again.
    letter_code = SealedField(blank=True, default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # A code that was mistyped too often rests a while; it does not die, or anybody could kill a school's letter.
    rests_until = models.DateTimeField(null=True, blank=True)

    retention = Retention("fixed", "invitation : trente jours après son échéance", days=30)
    personal = ("user", "letter_code")

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return str(self.public_id)


class SecondFactor(models.Model):
    """The application that shows a person a new code every thirty seconds (TOTP, RFC 6238); one for an account."""

    public_id = PublicIdField()
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    key = SealedField()
    created_at = models.DateTimeField()
    # Without this day the key was only shown: it opens nothing until a first code proves that it was kept.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # The time step of the last code taken: no code of that step or before is taken again.
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True, blank=True)

    retention = Retention("with_parent", "suit le compte")
    personal = ("user", "key")

    class Meta:
        verbose_name = _("second facteur")
        verbose_name_plural = _("seconds facteurs")

    def __str__(self) -> str:
        return str(self.public_id)


class RecoveryCode(models.Model):
    """A code on paper that stands in, once, for a lost application. Only its keyed hash is kept."""

    factor = models.ForeignKey(SecondFactor, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)

    retention = Retention("with_parent", "suit le second facteur")
    personal = ("factor",)

    class Meta:
        verbose_name = _("code de secours")
        verbose_name_plural = _("codes de secours")

    def __str__(self) -> str:
        return f"{self.factor_id}"


class RefusedAccess(models.Model):
    """An access that was refused, kept by the door after the rollback (outside the journal's chain)."""

    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    route = models.CharField(max_length=80)
    code = models.CharField(max_length=40)

    retention = Retention(
        "fixed", "journal des refus : un an (recommandation CNIL sur la journalisation)", days=365
    )
    personal = ("user",)

    class Meta:
        verbose_name = _("accès refusé")
        verbose_name_plural = _("accès refusés")

    def __str__(self) -> str:
        return f"{self.route} {self.code}"
