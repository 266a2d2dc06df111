"""What the database refused, as sentences beside fields: constraint names in one place."""

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from geodata.problems import Conflict, Invalid, Problem, Text

# Ending of the constraint's name → field, sentence.
ENDINGS: dict[str, tuple[str, Text]] = {
    "_geom_valid": ("geom", _("La géométrie n’est pas valide.")),
    "_geom_extent": ("geom", _("La géométrie sort du territoire.")),
    "_geom_vertices": ("geom", _("La géométrie a trop de sommets. Simplifiez-la.")),
    "_uuid_reused": ("uuid", _("Cet identifiant a appartenu à une fiche supprimée.")),
    "_slug_reused": ("slug", _("Cette adresse a appartenu à une autre fiche.")),
    "_slug_key": ("slug", _("Cette adresse est déjà prise.")),
    "_slug_like": ("slug", _("Cette adresse est déjà prise.")),
    "_uuid_key": ("uuid", _("Cet identifiant est déjà pris.")),
    "_source_once": ("source_id", _("Cette fiche de la même source existe déjà.")),
    "_parent_level": ("parent", _("Un parc fait partie d’un autre sur un seul niveau.")),
    "_acyclic": ("parent", _("Une autorité n’est pas membre d’elle-même.")),
    "_review_soon": ("review_by", _("Au plus tard 90 jours après le début.")),
    "_elevations": ("elevations_m", _("Il faut une altitude par point du tracé.")),
    "_instructions": ("instructions_fr", _("Un tracé relevé a besoin d’un pas à pas pour être publié.")),
}
TAKEN = ("_slug_key", "_slug_reused", "_uuid_key", "_uuid_reused", "_source_once")


def problem_of(error: DatabaseError) -> Problem | None:
    """The problem that a violated constraint means, or None for another error of the database."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    if not name:
        return None
    for ending, (field, sentence) in ENDINGS.items():
        if name.endswith(ending):
            return Invalid({field: [sentence]}) if ending not in TAKEN else Taken(field, sentence)
    return Invalid({"": [_("La règle « %(rule)s » n’est pas respectée.") % {"rule": name}]})


class Taken(Conflict):
    """A value that must be unique is already used."""

    def __init__(self, field: str, sentence: Text) -> None:
        super().__init__(sentence)
        self.errors = {field: [sentence]}

    @property
    def extensions(self) -> dict[str, object]:
        return {"errors": [{"field": field, "detail": str(text)} for field, (text,) in self.errors.items()]}
