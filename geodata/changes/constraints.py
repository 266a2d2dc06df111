"""What the database refuses, as sentences beside fields: constraint names in one place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError, models
from django.utils.translation import gettext_lazy as _

from geodata.problems import Conflict, Invalid, Problem, Text

# Ending of the constraint's name → field, sentence: what only the database knows.
ENDINGS: dict[str, tuple[str, Text]] = {
    "_geom_valid": ("geom", _("La géométrie n’est pas valide.")),
    "_geom_extent": ("geom", _("La géométrie sort du territoire.")),
    "_geom_vertices": ("geom", _("La géométrie a trop de sommets. Simplifiez-la.")),
    "_uuid_fixed": ("uuid", _("L’identifiant d’une fiche ne change jamais.")),
    "_parent_level": ("parent", _("Un parc fait partie d’un autre sur un seul niveau.")),
    "_acyclic": ("parent", _("Une autorité n’est pas membre d’elle-même.")),
    "_review_soon": ("review_by", _("Au plus tard 90 jours après le début.")),
    "_elevations": ("elevations_m", _("Il faut une altitude par point du tracé.")),
}
# The same, of what must be unique: the request clashes with another record.
TAKEN: dict[str, tuple[str, Text]] = {
    "_uuid_reused": ("uuid", _("Cet identifiant a appartenu à une fiche supprimée.")),
    "_uuid_key": ("uuid", _("Cet identifiant est déjà pris.")),
    "_uuid_uniq": ("uuid", _("Cet identifiant est déjà pris.")),
    "_slug_reused": ("slug", _("Cette adresse a appartenu à une autre fiche.")),
    "_slug_key": ("slug", _("Cette adresse est déjà prise.")),
    "_source_once": ("source_id", _("Cette fiche de la même source existe déjà.")),
    "_insee_code_key": ("insee_code", _("Ce code INSEE est déjà pris.")),
    "_siren_key": ("siren", _("Ce SIREN est déjà celui d’une autre autorité.")),
    "_code_key": ("code", _("Ce code est déjà pris.")),
}
# Fields that a rule between several is told beside, where it is not the first that it names.
BESIDE = {"_instructions": "instructions_fr", "_review": "review_by", "_not_its_stage": "parent"}
FOREIGN_KEY, NUMBER_RANGE, TEXT_LENGTH = "23503", "22003", "22001"
STATES: dict[str, Text] = {
    FOREIGN_KEY: _("D’autres fiches en dépendent, ou ce qu’elle désigne n’existe plus."),
    NUMBER_RANGE: _("Un nombre est trop grand."),
    TEXT_LENGTH: _("Un texte est trop long."),
}
UNSTORABLE: Text = _("Une valeur ne peut pas être enregistrée.")


def problem_of(error: DatabaseError, model: type[models.Model]) -> Problem | None:
    """The problem that a refusal by the database means; None for an error that is not of the data."""
    cause = error.__cause__
    name = getattr(getattr(cause, "diag", None), "constraint_name", None) or ""
    for ending, (field, sentence) in TAKEN.items():
        if name.endswith(ending):
            return Taken(field, sentence)
    for ending, (field, sentence) in ENDINGS.items():
        if name.endswith(ending):
            return Invalid({field: [sentence]})
    for constraint in model._meta.constraints:
        if name and constraint.name == name:
            return Invalid({field_of(constraint): [str(constraint.get_violation_error_message())]})
    state = getattr(cause, "sqlstate", None) or ""
    if state in STATES:
        return Invalid({"": [STATES[state]]})
    return Invalid({"": [UNSTORABLE]}) if state.startswith(("22", "23")) else None


def field_of(constraint: models.BaseConstraint) -> str:
    """The field that a constraint's sentence stands beside: the first that it names, unless said otherwise."""
    for ending, field in BESIDE.items():
        if constraint.name.endswith(ending):
            return field
    if isinstance(constraint, models.UniqueConstraint):
        return constraint.fields[-1] if constraint.fields else ""
    condition: Any = getattr(constraint, "condition", None)
    return next(_names_in(condition), "")


def _names_in(condition: Any) -> Iterator[str]:
    """Names of fields in a condition, in order."""
    if isinstance(condition, models.Q):
        for child in condition.children:
            yield from _names_in(child)
    elif isinstance(condition, tuple):
        yield condition[0].split("__")[0]


class Taken(Conflict):
    """A value that must be unique is already used."""

    def __init__(self, field: str, sentence: Text) -> None:
        super().__init__(sentence)
        self.errors = {field: [sentence]}

    @property
    def extensions(self) -> dict[str, object]:
        return {"errors": [{"field": field, "detail": str(text)} for field, (text,) in self.errors.items()]}
