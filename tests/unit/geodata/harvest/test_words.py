"""Refusals in one line."""

import pytest
from django.utils import translation

from geodata.harvest.words import in_words
from geodata.problems import Invalid


@pytest.mark.parametrize(
    ("language", "told"),
    [("fr", "nom\xa0: Trop long.\u202f; Seul."), ("en", "nom: Trop long.; Seul."), ("nl", "nom: Trop long.; Seul.")],
)
def test_a_refusal_sets_its_colons_as_the_language_does(language, told):
    with translation.override(language):
        assert in_words(Invalid({"nom": ["Trop long."], "": ["Seul."]})) == told
