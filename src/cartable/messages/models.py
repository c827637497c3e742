"""The outbox: what is to be sent is written in the same transaction as its cause, and sent afterwards."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cartable.foundation.ids import PublicIdField
from cartable.foundation.retention import Retention
from cartable.foundation.sealed import SealedField
from cartable.messages.enums import Channel, State


LONGEST_SUBJECT = 150


class OutgoingMessage(models.Model):
    """One e-mail or letter to one recipient. The subject never names a child; the body is emptied once sent.

    `claimed_until` is the lease of the process that is sending it; `not_before` puts off the next attempt.
    """

    public_id = PublicIdField()
    channel = models.CharField(_("voie"), max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    recipient = SealedField(_("destinataire"))
    subject = models.CharField(_("objet"), max_length=LONGEST_SUBJECT)
    body = SealedField(_("texte"), blank=True)
    state = models.CharField(_("état"), max_length=10, choices=State.choices, default=State.QUEUED)
    dedup_key = models.CharField(max_length=150, unique=True)
    created_at = models.DateTimeField(_("écrit le"))
    not_before = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("envoyé le"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("essais"), default=0)
    error_code = models.CharField(_("erreur"), max_length=60, blank=True, default="")

    retention = Retention(
        "fixed", "message : trente jours, le temps de répondre à « je n'ai rien reçu »", days=30
    )
    personal = ("recipient", "body")

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="message_sent_has_a_date",
                condition=Q(state=State.SENT, sent_at__isnull=False)
                | Q(~Q(state=State.SENT), sent_at__isnull=True),
            ),
            models.CheckConstraint(
                name="message_not_before_it_was_written", condition=Q(not_before__gte=F("created_at"))
            ),
        ]
        indexes = [models.Index(fields=["state", "channel", "not_before"], name="message_to_send")]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.public_id}"
