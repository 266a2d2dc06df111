"""Every sentence that visitors, managers and clients of the API read exists in English and Dutch."""

import ast
import re
from collections import Counter

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.template import engines
from django.template.base import Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation

from bin.french_catalogues import typeset

ROOT = settings.ROOT
APPS = ("config", "carte", "agenda", "cabanes", "sentiers", "alertes", "parcs", "geodata", "comptes")
TEMPLATES = sorted(path for ending in ("html", "txt") for path in (ROOT / "templates").rglob(f"*.{ending}"))
MODULES = [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]
CALLS = {"gettext": 0, "gettext_lazy": 0, "gettext_noop": 0, "_": 0, "ngettext": 0, "pgettext": 1, "pgettext_lazy": 1}
# A message as a catalogue names it: its context where it has one, its text.
KEY = re.compile(r'^((?:msgctxt "[^\n]*"\n)?msgid "[^\n]*"(?:\n"[^\n]*")*)', re.MULTILINE)


def of_template(path):
    template = engines["django"].get_template(str(path.relative_to(ROOT / "templates")))
    for node in template.template.nodelist.get_nodes_by_type(Node):
        if isinstance(node, TranslateNode):
            yield str(node.filter_expression.var.literal)
        elif isinstance(node, BlockTranslateNode):
            yield node.render_token_list(node.singular)[0]


def of_module(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            text = node.args[CALLS[node.func.id]]
            if isinstance(text, ast.Constant):
                yield text.value


SAID = frozenset(text for path in TEMPLATES for text in of_template(path)) | {
    text for path in MODULES for text in of_module(path)
}


def catalogue(language):
    said = set()
    for path in ROOT.glob(f"*/locale/{language}/LC_MESSAGES/django.po"):
        with path.open("rb") as file:
            said |= {
                each.id if isinstance(each.id, str) else each.id[0] for each in read_po(file) if each.id and each.string
            }
    return said


@pytest.mark.parametrize("language", ["en", "nl"])
def test_no_sentence_lacks(language):
    assert len(SAID) > 250
    assert sorted(SAID - catalogue(language)) == []


@pytest.mark.parametrize("language", ["en", "nl"])
def test_no_sentence_outlives_its_use(language):
    assert sorted(catalogue(language) - SAID) == []


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_sentence_has_one_translation_and_stands_once_in_a_file(language):
    """gettext refuses a file that repeats itself, and of two apps the one named first in the settings would win everywhere."""
    told, repeated, apart = {}, [], []
    for path in sorted(ROOT.glob(f"*/locale/{language}/LC_MESSAGES/django.po")):
        keys = KEY.findall(path.read_text())
        repeated += [(path.parts[-5], key) for key, times in Counter(keys).items() if times > 1]
        with path.open("rb") as file:
            for each in read_po(file):
                key = (each.context, each.id if isinstance(each.id, str) else each.id[0])
                if each.id and told.setdefault(key, each.string) != each.string:
                    apart.append((*key, told[key], each.string))
    assert repeated == []
    assert apart == []


def counted():
    """The sentences with a number, as one and as many."""
    for path in sorted(ROOT.glob("*/locale/en/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            yield from ((each.context or "", *each.id) for each in read_po(file) if isinstance(each.id, tuple))


def test_french_counts_zero_as_one():
    with translation.override("fr"):
        for context, one, many in counted():
            said = [
                translation.npgettext(context, one, many, n) if context else translation.ngettext(one, many, n)
                for n in (0, 1, 2)
            ]
            assert said == [typeset(one), typeset(one), typeset(many)]


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Où aller aujourd’hui ?", "Où aller aujourd’hui\u202f?"),
        ("Aucun lieu « %(q)s ».", "Aucun lieu «\u00a0%(q)s\u00a0»."),
        ("Vide : tous ; rien !", "Vide\u00a0: tous\u202f; rien\u202f!"),
        ("Les %(n)s premiers ; {metres} m, 30 Mo.", "Les %(n)s premiers\u202f; {metres}\u00a0m, 30\u00a0Mo."),
        ("%(slope)s %%.", "%(slope)s\u00a0%%."),
        ("les %(held)s de %(all)s", "les %(held)s de %(all)s"),
        ("year_built >= 2020 AND kind LIKE 'cabane%'", "year_built >= 2020 AND kind LIKE 'cabane%'"),
        ("script-src %(origin)s; 07:00-21:00; 3 minutes", "script-src %(origin)s; 07:00-21:00; 3 minutes"),
    ],
)
def test_french_is_set_with_spaces_that_do_not_break(typed, printed):
    assert typeset(typed) == printed


def test_pages_are_printed_as_french_is_set():
    with translation.override("fr"):
        assert translation.gettext("Où aller aujourd’hui ?") == "Où aller aujourd’hui\u202f?"
        assert translation.gettext("Vous pouvez :") == "Vous pouvez\u00a0:"


@pytest.mark.parametrize("language", ["en", "nl"])
def test_names_of_fields_and_codes_are_translated(language):
    from geodata import registry

    labels = set()
    with translation.override(None):
        for collection in registry.collections():
            labels |= {str(collection.title), str(collection.description)}
            for name in (
                "kind",
                "state",
                "difficulty",
                "wheelchair",
                "toilets",
                "materials",
                "opening_hours",
                "cause",
                "category",
            ):
                field = collection.fields.get(name)
                if field is not None:
                    labels.add(str(field.verbose_name))
                    labels |= {str(words) for _code, words in field.flatchoices}
    assert sorted(labels - catalogue(language)) == []
