"""Subscribe, change, pause, try, take up again: what an owner does with a subscription, by page or by API."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from geodata import registry
from geodata.params.bbox import read_box
from geodata.params.crs import CRS84
from geodata.problems import BadParameter, Conflict, Invalid
from geodata.queries import changes as feed
from geodata.webhooks import delivering, signing
from geodata.webhooks.addresses import RULE, Refused, parse, resolve
from geodata.webhooks.models import Delivery, Subscription, new_salt

if TYPE_CHECKING:
    from comptes.models import User

OPS = ("upsert", "unpublish", "delete", "merge")
MOST = 20
MAX_NAME = 100
FIELDS = ("name", "url", "collections", "bbox", "authority", "events", "features")
Data = dict[str, Any]


def subscribe(data: Data, *, by: User) -> tuple[Subscription, str]:
    """A new subscription that begins now, and its secret, which is never shown again. Raises Invalid, Conflict."""
    values = cleaned(data, whole=True)
    with transaction.atomic():
        # Two requests at once must not both take the last place.
        get_user_model()._default_manager.select_for_update().get(pk=by.pk)
        if Subscription.objects.filter(owner=by).count() >= MOST:
            raise Conflict(_("Vous avez déjà %(most)d abonnements : supprimez-en un.") % {"most": MOST})
        now = feed.latest()
        made = Subscription.objects.create(owner=by, since_revision=now.revision, since_at=now.at, **values)
    return made, signing.secret(made.salt)


def change(subscription: Subscription, data: Data) -> None:
    """Change what is given; its place in the feed stays. Raises Invalid."""
    values = cleaned(data, whole=False)
    if "state" in data:
        _set_state(subscription, data["state"])
    for name, value in values.items():
        setattr(subscription, name, value)
    subscription.save(update_fields=list(values))


def resume(subscription: Subscription) -> None:
    """Take up again where it stopped: the message that was given up is the first one sent."""
    with transaction.atomic():
        subscription.deliveries.filter(state=Delivery.State.DEAD).exclude(kind=Delivery.Kind.TEST).update(
            state=Delivery.State.PENDING, attempts=0
        )
        subscription.state, subscription.failures, subscription.next_at = Subscription.State.ACTIVE, 0, None
        subscription.save(update_fields=["state", "failures", "next_at"])
        delivering.queue(str(subscription.pk))


def pause(subscription: Subscription) -> None:
    """Send nothing until it is taken up again; nothing is missed."""
    subscription.state = Subscription.State.PAUSED
    subscription.save(update_fields=["state"])


def renew_secret(subscription: Subscription) -> str:
    """A new secret, shown once; for a day messages are signed with both."""
    subscription.former_salt, subscription.salt = subscription.salt, new_salt()
    subscription.rotated_at = timezone.now()
    subscription.save(update_fields=["salt", "former_salt", "rotated_at"])
    return signing.secret(subscription.salt)


def try_out(subscription: Subscription) -> Delivery:
    """Send a message of the type `test`, in whatever state the subscription is."""
    with transaction.atomic():
        made: Delivery = subscription.deliveries.create(kind=Delivery.Kind.TEST)
        delivering.queue_one(made)
    return made


def send_again(delivery: Delivery) -> None:
    """Send one message once more, under the same id."""
    delivering.queue_one(delivery)


def cleaned(data: Data, *, whole: bool) -> Data:
    """The values of the model from what an owner sent; `whole` asks for what a new one needs. Raises Invalid."""
    unknown = sorted(set(data) - set(FIELDS) - (set() if whole else {"state"}))
    errors: dict[str, list[Any]] = {name: [_("Champ inconnu.")] for name in unknown}
    values: Data = {}
    wanted = FIELDS if whole else [name for name in FIELDS if name in data]
    for name in wanted:
        try:
            values |= READERS[name](data.get(name))
        except Refused as refusal:
            errors[name] = [refusal.told]
        except BadParameter as refusal:
            errors[name] = [refusal.detail]
    if errors:
        raise Invalid(errors)
    return values


def _name(given: Any) -> Data:
    if not isinstance(given, str) or not given.strip() or len(given) > MAX_NAME or "\0" in given:
        raise Refused(_("Un nom de 1 à 100 signes, pour le reconnaître."))
    return {"name": given.strip()}


def _url(given: Any) -> Data:
    if not isinstance(given, str):
        raise Refused(RULE)
    resolve(parse(given.strip()))
    return {"url": given.strip()}


def _collections(given: Any) -> Data:
    known = [each.id for each in registry.collections()]
    return {
        "collections": _some(given, known, _("Collection inconnue. Connues : %(known)s.") % {"known": ", ".join(known)})
    }


def _events(given: Any) -> Data:
    chosen = _some(given, list(OPS), _("Événements : %(known)s.") % {"known": ", ".join(OPS)})
    return {"events": chosen or list(OPS)}


def _some(given: Any, known: list[str], told: str) -> list[str]:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(each, str) and each in known for each in given):
        raise Refused(told)
    return [each for each in known if each in given]


def _bbox(given: Any) -> Data:
    if given is None:
        return {"box": None}
    four = isinstance(given, list) and len(given) == 4  # noqa: PLR2004
    if not four or not all(_is_number(each) for each in given):
        raise Refused(_("Quatre nombres : ouest, sud, est, nord, en degrés."))
    (only, *others) = read_box([float(each) for each in given], CRS84).parts
    if others:
        raise Refused(_("L’ouest dépasse l’est."))
    return {"box": list(only)}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _authority(given: Any) -> Data:
    if given in (None, ""):
        return {"authority": ""}
    of_authorities = registry.get("autorites").model_class.objects.published()
    if not isinstance(given, str) or "\0" in given or not of_authorities.filter(code=given).exists():
        raise Refused(_("Le code d’une autorité publiée."))
    return {"authority": given}


def _features(given: Any) -> Data:
    if given not in (None, True, False):
        raise Refused(_("true ou false."))
    return {"with_features": given is not False}


def _set_state(subscription: Subscription, state: Any) -> None:
    if state == Subscription.State.PAUSED:
        pause(subscription)
    elif state == Subscription.State.ACTIVE:
        resume(subscription)
    else:
        raise Invalid({"state": [_("active ou paused.")]})


READERS = {
    "name": _name,
    "url": _url,
    "collections": _collections,
    "bbox": _bbox,
    "authority": _authority,
    "events": _events,
    "features": _features,
}
