"""The mail that tells the owner of a subscription that it was stopped, and how to start it again."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from geodata import jobs
from geodata.webhooks.models import Delivery, Subscription


@jobs.task("webhooks.tell_stopped", retry=jobs.Backoff(first_s=30, most=8), is_personal=True)
def tell_stopped(*, subscription: str) -> None:
    """Write to the owner; nothing is sent where no address is known, or the subscription was taken up meanwhile."""
    stopped = Subscription.objects.filter(pk=subscription, state=Subscription.State.STOPPED, owner__is_active=True)
    found = stopped.select_related("owner").first()
    if found is None or not found.owner.email:
        return
    with translation.override(found.owner.language):
        subject = _("%(site)s : l’envoi « %(name)s » est arrêté") % {"site": settings.SITE_NAME, "name": found.name}
        text = _text(found)
    # A name holds no line break: the subject is one line, as mail wants it.
    send_mail(" ".join(subject.split()), text, None, [found.owner.email])


def _text(subscription: Subscription) -> str:
    root, page = settings.WEBHOOKS_ROOT, reverse("gestion:webhook", args=[subscription.pk])
    given_up = subscription.deliveries.filter(state=Delivery.State.DEAD).exclude(kind=Delivery.Kind.TEST).first()
    paragraphs = (
        _("L’envoi automatique « %(name)s » vers %(url)s est arrêté : un message n’a pas été reçu.")
        % {"name": subscription.name, "url": subscription.url},
        _("Essais : %(attempts)d. Dernière réponse : %(answer)s")
        % {"attempts": given_up.attempts, "answer": given_up.error or given_up.status}
        if given_up
        else "",
        _("Rien n’est perdu : les changements attendent. Réparez votre serveur, puis choisissez « Reprendre » ici :"),
        f"{root}{page}",
        _("Ou par programme, avec votre jeton :"),
        f"curl -fsS -X PATCH {root}{reverse('api:webhook', args=[subscription.pk])} -H 'Authorization: Bearer TOKEN' "
        "-H 'Content-Type: application/json' -d '{\"state\": \"active\"}'",
    )
    return "\n\n".join(part for part in paragraphs if part) + "\n"
