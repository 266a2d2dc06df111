"""A change that waits for a publisher."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from geodata import registry
from geodata.changes.models import Proposition
from geodata.changes.rights import ask_signed_in
from geodata.endpoints.answers import document, endpoint
from geodata.endpoints.authentication import user_of
from geodata.endpoints.negotiation import ask_nothing_else
from geodata.endpoints.writing import actions_of, described
from geodata.formats.choice import JSON
from geodata.problems import NotFound


@endpoint("GET", gives=(JSON,))
def proposition(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The proposition, for its author and for those who may decide."""
    ask_nothing_else(request)
    user = user_of(request)
    ask_signed_in(user)
    found = Proposition.objects.filter(uuid=uuid).first()
    if found is None:
        raise NotFound(_("Aucune proposition à cette adresse."))
    collection = registry.get(found.collection)
    feature = collection.visible_to(user).filter(uuid=found.object_uuid).first()
    decides = feature is not None and actions_of(collection).permissions.may_publish(user, feature)
    if found.author_id != user.pk and not decides:
        raise NotFound(_("Aucune proposition à cette adresse."))
    return document(request, described(found))
