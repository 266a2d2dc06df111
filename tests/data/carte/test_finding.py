"""What the first page finds, beside one statement that reads every row: the same places in the same order."""

import random

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict

from carte.home import asking, finding, places
from geodata.queries import letters
from tests.factories.cabanes import cabane
from tests.factories.parcs import box, commune, member, parc
from tests.factories.sentiers import sentier

pytestmark = pytest.mark.django_db

BY_SHAPE = "CASE WHEN t.stated_communes <> '{}' THEN t.stated_communes ELSE t.communes END"
KINDS = (
    ("parcs", "parcs_parc", BY_SHAPE),
    ("cabanes", "cabanes_cabane", "array_remove(ARRAY[t.commune_id], NULL)"),
    ("sentiers", "sentiers_sentier", BY_SHAPE),
)
EVERY_ROW = """
WITH place AS ({kinds}), town AS (
  SELECT p.kind, p.id, coalesce(string_agg(geodata_folded(c.name_fr), ' | '), '') AS towns
  FROM place p LEFT JOIN parcs_commune c ON c.insee_code = ANY (p.codes) GROUP BY p.kind, p.id
)
SELECT p.kind, p.id FROM place p JOIN town USING (kind, id)
WHERE (SELECT bool_and(p.names || ' ' || town.towns LIKE word) FROM unnest(%(words)s::text[]) word) IS NOT FALSE
  AND (%(commune)s = '' OR %(commune)s = ANY (p.codes))
ORDER BY CASE WHEN %(whole)s = '' THEN 0 WHEN p.names LIKE %(whole)s || '%%' THEN 0
              WHEN %(whole)s = ANY (string_to_array(town.towns, ' | ')) THEN 1
              WHEN p.names LIKE '%%' || %(whole)s || '%%' THEN 2 ELSE 3 END,
         p.kind_rank, p.name_fr COLLATE "und-x-icu", p.id
"""
NAMES = (
    "Parc",
    "parc",
    "Terril",
    "Étang",
    "île",
    "des",
    "Ô",
    "d’Éleu",
    "Saint-Ouen",
    "Lens",
    "Lensois",
    "a",
    "L’Œuf",
    "zoo",
    "19",
)
TOWNS = ("Lens", "Éleu-dit-Leauwette", "Saint-Ouen", "Le Terril", "Étang", "Zoo sur Mer")
ASKED = (*NAMES, "leu", "ouen", "en", "e", "par", "zz", "introuvable", "eleu dit", "19a", "'o", "’Éleu")


def every_row(question):
    kinds = []
    for rank, (kind, table, codes) in enumerate(each for each in KINDS if each[0] in question.kinds):
        kinds.append(
            f"SELECT {rank} AS kind_rank, '{kind}' AS kind, t.id, t.name_fr, {codes} AS codes,"
            " geodata_folded(t.name_fr || ' ' || t.name_en || ' ' || t.name_nl) AS names"
            f" FROM {table} t WHERE status = 'published' AND deleted_at IS NULL"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT geodata_folded(%s), (SELECT array_agg('%%' || geodata_folded(w) || '%%') FROM unnest(%s::text[]) w)",
            [question.text, list(question.words)],
        )
        whole, words = cursor.fetchone()
        values = {"whole": whole, "words": words or [], "commune": question.commune}
        cursor.execute(EVERY_ROW.replace("{kinds}", " UNION ALL ".join(kinds)), values)
        return cursor.fetchall()


def words(choice, of, most):
    return " ".join(choice.choice(of) for _ in range(choice.randint(1, most)))


def network(choice):
    """Towns side by side, places in them or stated in another, some hidden; gives the codes of the towns."""
    towns = [commune(name_fr=name, geom=box(2.2 + n / 10, 50.3, 2.3 + n / 10, 50.5)) for n, name in enumerate(TOWNS)]
    for _ in range(30):
        make = choice.choice((parc, cabane, sentier))
        west = 2.23 + choice.randrange(len(towns)) / 10
        given = {
            "name_fr": words(choice, NAMES, 3),
            "name_en": choice.choice(("", words(choice, NAMES, 2))),
            "status": choice.choice(("published", "published", "draft")),
        }
        if make is cabane:
            given["geom"] = box(west, 50.35, west + 0.01, 50.36).centroid
        elif choice.random() < 0.5:
            given["stated_communes"] = [choice.choice(towns).insee_code]
        elif make is parc:
            given["geom"] = box(west, 50.35, west + 0.09, 50.36)
        make(**given)
    return [town.insee_code for town in towns]


def question(choice, codes):
    given = QueryDict(mutable=True)
    if choice.random() < 0.85:
        given["q"] = words(choice, ASKED, 3)
    if choice.random() < 0.2:
        given["commune"] = choice.choice(codes)
    if choice.random() < 0.3:
        given.setlist("k", choice.sample(asking.KINDS, choice.randint(1, 2)))
    return asking.read(given)


@pytest.mark.parametrize("seed", range(6))
def test_tiers_find_what_one_statement_finds(seed):
    choice = random.Random(seed)
    codes = network(choice)
    some = 0
    for _ in range(120):
        asked = question(choice, codes)
        expected = every_row(asked)
        some += bool(expected)
        found = finding.search(asked, AnonymousUser())
        assert found.found(1000) == expected, asked
        assert found.found(3) == expected[:3], asked
    assert some > 40


def test_a_large_network_finds_the_same_by_words_of_three_letters(monkeypatch):
    monkeypatch.setattr(letters, "MOST_READ", 0)
    choice = random.Random(7)
    codes = network(choice)
    for text in ("parc", "terril", "etang", "lens", "ouen", "parc lens", "ouen parc", "saint-ouen"):
        asked = asking.read(QueryDict(f"q={text}&k=parcs&k=cabanes"))
        found, expected = finding.search(asked, AnonymousUser()).found(1000), every_row(asked)
        # A phrase is not told from its words there, unless a name begins with it.
        assert (found if len(asked.words) == 1 else sorted(found)) == (
            expected if len(asked.words) == 1 else sorted(expected)
        ), text
    short = finding.search(asking.read(QueryDict("q=le")), AnonymousUser()).found(1000)
    assert short == [each for each in short if each in every_row(asking.read(QueryDict("q=le")))]
    assert finding.search(asking.read(QueryDict("q=%26")), AnonymousUser()).found(10) == []
    assert codes


def test_members_find_their_drafts():
    draft = parc(name_fr="Parc secret", status="draft")
    asked = asking.read(QueryDict("q=secret"))
    assert finding.search(asked, AnonymousUser()).found(10) == []
    assert finding.search(asked, member(authority=draft.authority)).found(10) == [("parcs", draft.pk)]


def test_signs_of_patterns_are_only_signs():
    parc(name_fr="Parc")
    for sign in ("%", "_", "\\"):
        given = QueryDict(mutable=True)
        given["q"] = sign
        assert finding.search(asking.read(given), AnonymousUser()).found(10) == []


def test_more_than_are_shown_at_once_come_in_pages_with_their_number(monkeypatch):
    monkeypatch.setattr(places, "AT_ONCE", 4)
    monkeypatch.setattr(places, "PAGE_SIZE", 3)
    for n in range(8):
        cabane(name_fr=f"Cabane {n}")
    shown = [places.answer(asking.read(QueryDict(f"page={page}")), AnonymousUser()) for page in (1, 2, 3)]
    assert [[str(each.feature) for each in page.places] for page in shown] == [
        ["Cabane 0", "Cabane 1", "Cabane 2"], ["Cabane 3", "Cabane 4", "Cabane 5"], ["Cabane 6", "Cabane 7"]
    ]  # fmt: skip
    assert [(page.count, page.at_least, page.more) for page in shown] == [
        (8, False, True),
        (8, False, True),
        (8, False, False),
    ]
    by_words = places.answer(asking.read(QueryDict("q=cabane")), AnonymousUser())
    assert (by_words.count, by_words.at_least) == (4, True)
