"""What the application's own code does in the turmoil: actions on records of four collections, and harvests of many."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.contrib.gis.geos import GEOSGeometry
from django.db import DatabaseError, connection
from django.db import Error as BrokenSession
from django.utils import timezone
from django.utils.module_loading import import_string

from geodata import registry
from geodata.changes import propositions, recording, together
from geodata.features import Status
from geodata.harvest.running import harvest
from geodata.models import HarvestRun, Proposition, Revision
from geodata.problems import Problem
from parcs.models import Parc
from tests.contract.harvest.servers import source

AUTHORITY = "SYNC"
WRITER = "turmoil"
PARKS = import_string("parcs.actions.parcs")
# Cabins are most of what there is.
COLLECTIONS = ("cabanes", "cabanes", "sentiers", "fermetures", "evenements")
PERIOD = {"starts_at": datetime(2026, 12, 1, tzinfo=UTC), "ends_at": datetime(2026, 12, 9, tzinfo=UTC)}
# What a record needs to be public, beside its title, its place and its authority.
NEEDED = {
    "cabanes": {"no_photo_reason": "essai"},
    "sentiers": {"instructions_fr": "Tout droit."},
    "fermetures": {"cause": "travaux", **PERIOD},
    "evenements": {"kind": "nature", **PERIOD},
}
HARVESTED = {"cabanes": {"no_photo_reason": "essai"}, "sentiers": {"kind": "one_way", "instructions_fr": "Tout droit."}}
CODES = range(40)


def title_of(name):
    """The property that names a record of this collection."""
    return "name_fr" if "name_fr" in registry.get(name).properties else "title_fr"


def shape(name, choice):
    """A place for a new record, as GeoJSON."""
    west, south = 2.8 + choice.random() / 50, 50.4 + choice.random() / 50
    if name == "sentiers":
        return {"type": "LineString", "coordinates": [[west, south], [west + 0.004, south + 0.003]]}
    return {"type": "Point", "coordinates": [west, south]}


def any_of(name, **among):
    """The uuid of some record, of no record where there is none."""
    found = registry.get(name).model_class.objects.filter(**among).order_by("?").values_list("uuid", flat=True)
    return found.first() or UUID(int=0)


class Acting:
    """One person at work; each method is one thing that is done, and says what."""

    def __init__(self, person, folder):
        self.person, self.folder, self.harvested = person, folder, Counter()

    def act(self, choice):
        """Restores, undeletions, changes, moves, merges and imports of a few rows."""
        name = choice.choice(COLLECTIONS)
        each = choice.choice((self._restore, self._undelete, self._move, self._merge, self._import, self._change))
        if choice.random() < 0.2:
            self._park(choice)
        else:
            each(name, import_string(registry.get(name).actions), choice)
        return "actions"

    def harvest(self, choice):
        """A file of many features is harvested; the drafts are published together or not, what is proposed is accepted.

        From the second on, the session of every other one is among those that are ended.
        """
        named = WRITER if HarvestRun.objects.count() % 2 else "harvest"
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, false)", [named])
        name = choice.choice(tuple(HARVESTED))
        path = self.folder / f"{name}.geojson"
        features = [self._feature(name, code, choice) for code in choice.sample(CODES, choice.randrange(5, 30))]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        wanted = source(
            id=name, kind="file", url=str(path), collection=name, authority=AUTHORITY, fixed=HARVESTED[name],
            fields={"name_fr": "nom"},
        )  # fmt: skip
        try:
            run = harvest(wanted, by=self.person, trusting=True)
            self.harvested.update(run.counts)
            self._publish(name, choice)
            self._accept()
        except BrokenSession as error:
            return f"harvest {type(error).__name__}"
        return "harvest failed" if run.failure else "harvest"

    def _feature(self, name, code, choice):
        told = {"code": f"{name}-{code}", "nom": f"Moisson {choice.randrange(1000)}"}
        return {"type": "Feature", "properties": told, "geometry": shape(name, choice)}

    def _publish(self, name, choice):
        actions, batch, begun = import_string(registry.get(name).actions), uuid4(), timezone.now() - timedelta(hours=1)
        drafts = registry.get(name).model_class.objects.alive().filter(status=Status.DRAFT, source_id__startswith=name)
        uuids = list(drafts.order_by("?").values_list("uuid", flat=True)[: choice.randrange(30)])
        refused = together.publish(actions, uuids, by=self.person, batch=batch, note="relu")
        self.harvested["published"] += len(uuids) - len(refused)
        if choice.random() < 0.3:
            together.take_back(actions, batch, by=self.person, note="trop tôt", since=begun)

    def _accept(self):
        for uuid in Proposition.objects.filter(state="pending").order_by("?").values_list("uuid", flat=True)[:3]:
            try:
                propositions.accept(uuid, by=self.person)
                self.harvested["accepted"] += 1
            except Problem:
                propositions.refuse(uuid, by=self.person, note="dépassé")

    def _restore(self, name, actions, choice):
        uuid = any_of(name, deleted_at=None)
        numbers = list(Revision.objects.filter(uuid=uuid).values_list("id", flat=True))
        if numbers:
            actions.restore_version(uuid, to_revision=choice.choice(numbers), by=self.person)

    def _undelete(self, name, actions, _choice):
        actions.undelete(any_of(name, deleted_at__isnull=False), by=self.person)

    def _move(self, name, actions, choice):
        to = choice.choice((Status.PUBLISHED, Status.ARCHIVED))
        actions.move(any_of(name, deleted_at=None), to, by=self.person, reason="essai")

    def _merge(self, name, actions, _choice):
        actions.delete(any_of(name), by=self.person, successor=any_of(name), reason="doublon")

    def _change(self, name, actions, choice):
        place = GEOSGeometry(json.dumps(shape(name, choice)))
        values = choice.choice(({title_of(name): f"Changée {choice.random()}"}, {"geom": place}))
        actions.update(any_of(name, deleted_at=None), values, by=self.person)

    def _import(self, name, actions, choice):
        with recording(by=self.person, source="import"):
            for _ in range(choice.randrange(2, 8)):
                data = {title_of(name): "Importée", "authority_id": AUTHORITY, "status": Status.PUBLISHED}
                place = GEOSGeometry(json.dumps(shape(name, choice)))
                actions.create(data | NEEDED[name] | {"geom": place}, by=self.person)
            if choice.random() < 0.3:
                raise DatabaseError("the import is given up")

    def _park(self, choice):
        park = Parc.objects.order_by("?").first()
        PARKS.update(park.uuid, {"name_fr": f"Parc {choice.random()}"}, by=self.person)
