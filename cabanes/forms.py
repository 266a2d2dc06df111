"""The manager's form of a cabin."""

from geodata.editing.forms import FeatureForm


class CabaneForm(FeatureForm):
    """Eight inputs at most before a draft is saved; the rest can wait."""

    essential = ("name_fr", "park", "kind", "state", "authority", "no_photo_reason")
