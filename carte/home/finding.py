"""Which places answer a question of the first page, best first: few statements, each through an index, each bounded.

What is found comes in four tiers: names that begin with the question, places in the commune of that name, names that
hold it, then names and communes that hold its words. A tier is asked for only when those before it gave too little,
so a question costs as much as what is shown of its answer (decision 0197).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.db import connection
from psycopg import sql

from geodata import registry
from geodata.queries import letters, select

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from carte.home.asking import Question
    from comptes.models import User

RESEMBLANCE = 0.25
NOTHING = sql.SQL("false")
# Whether a pushchair gets through, which is stated of trails alone: stated that it does, or not stated at all.
PUSHCHAIR = {"yes": sql.SQL("t.pushchair = 'yes'"), "unstated": sql.SQL("t.pushchair IS NULL")}
# That a place lies in one of these communes: those its source states, else those its position gives.
BY_SHAPE = (
    "(t.stated_communes && {codes}::varchar[] OR (t.stated_communes = '{{}}' AND t.communes && {codes}::varchar[]))"
)
WITHIN = {"parcs": BY_SHAPE, "cabanes": "t.commune_id = ANY ({codes}::varchar[])", "sentiers": BY_SHAPE}
# Output: one row a place. Indexes: the list by name, those of `letters`, those of communes.
ONE_KIND = """
(SELECT {rank} AS kind_rank, {kind} AS kind, t.id, t.name_fr FROM ({source}) t WHERE {where}
 ORDER BY t.name_fr COLLATE "fr-x-icu", t.id LIMIT %(limit)s)
"""
FOUND = 'SELECT kind, id FROM ({kinds}) p ORDER BY kind_rank, name_fr COLLATE "fr-x-icu", id LIMIT %(limit)s'
FOLDED = "SELECT array_agg(geodata_folded(w) ORDER BY n) FROM unnest(%s::text[]) WITH ORDINALITY u(w, n)"
# Inputs: words and their LIKE patterns; what began with an apostrophe begins with a space.
# Output: place of the word, communes that hold it, communes of that very name.
TOWNS = """
SELECT w.n, array_agg(c.insee_code), coalesce(array_agg(c.insee_code) FILTER (WHERE c.name = w.word), '{}')
FROM unnest(%(words)s::text[], %(patterns)s::text[]) WITH ORDINALITY w (word, pattern, n)
JOIN (SELECT insee_code, geodata_folded(name_fr) AS name FROM parcs_commune OFFSET 0) c ON ' ' || c.name LIKE w.pattern
GROUP BY w.n
"""
MEANT = """
SELECT name_fr FROM (
  SELECT c.name_fr FROM parcs_commune c WHERE c.status = 'published' {kinds}
) named
WHERE similarity(geodata_folded(name_fr), %(whole)s) > %(likeness)s
ORDER BY similarity(geodata_folded(name_fr), %(whole)s) DESC, name_fr LIMIT 1
"""


@dataclass
class Values:
    """The parameters of a statement, named as they come."""

    given: dict[str, Any] = field(default_factory=dict)

    def add(self, value: Any) -> sql.Composable:
        """The placeholder of one more value."""
        name = f"w{len(self.given)}"
        self.given[name] = value
        return sql.Placeholder(name)


@dataclass(frozen=True)
class Word:
    """A folded word or question: the codes of the communes that hold it, and of those of that very name."""

    text: str
    towns: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of place as a person sees it; `is_large` when it cannot be read where no index serves."""

    rank: int
    id: str
    source: sql.SQL
    params: tuple[Any, ...]
    is_large: bool

    def within(self, codes: tuple[str, ...], values: Values) -> sql.Composable:
        """That a place lies in one of these communes."""
        return sql.SQL(WITHIN[self.id]).format(codes=values.add(list(codes))) if codes else NOTHING

    def begins(self, text: str, values: Values) -> sql.Composable:
        """That a name begins with this."""
        return sql.SQL("{} LIKE {}").format(self._names, values.add(letters.beginning(text)))

    def holds(self, text: str, values: Values) -> sql.Composable:
        """That a name holds this; where that takes too long, that a word of the name begins with it."""
        if not self.is_large or letters.is_looked_up(text):
            return sql.SQL("{} LIKE {}").format(self._names, values.add(letters.pattern(text)))
        if not letters.RUNS.search(text):
            return NOTHING
        inside = sql.SQL("{} LIKE {}").format(self._names, values.add(letters.pattern(f" {text}")))
        return sql.SQL("({} OR {})").format(self.begins(text, values), inside)

    @property
    def _names(self) -> sql.SQL:
        return letters.names(registry.get(self.id), "t")


@dataclass(frozen=True)
class Search:
    """A question ready to be asked of the kinds of places; `whole` is None without words, `pushchair` a key of PUSHCHAIR or ""."""

    kinds: tuple[Kind, ...]
    whole: Word | None
    words: tuple[Word, ...]
    commune: str
    pushchair: str

    def found(self, most: int) -> list[tuple[str, int]]:
        """Kind and internal id of the best places, at most `most`."""
        rows: list[tuple[str, int]] = []
        for tier in range(4 if self.whole else 1):
            if len(rows) == most:
                break
            rows += self._tier(tier, most - len(rows))
        return rows

    def unstated(self) -> bool:
        """Whether something satisfies all the rest of which nobody has said that a pushchair gets through."""
        return bool(self.pushchair) and bool(replace(self, pushchair="unstated").found(1))

    def meant(self) -> str:
        """The name, of a commune or of a kind that may be read, that resembles the question most; "" without."""
        if self.whole is None:
            return ""
        values = Values({"whole": self.whole.text, "likeness": RESEMBLANCE})
        kinds = [
            sql.SQL(" UNION SELECT t.name_fr FROM ({}) t").format(_source(kind, values))
            for kind in self.kinds
            if not kind.is_large
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(MEANT).format(kinds=sql.Composed(kinds)), values.given)
            row = cursor.fetchone()
        return row[0] if row else ""

    def _tier(self, tier: int, limit: int) -> list[tuple[str, int]]:
        values = Values({"limit": limit})
        arms = []
        for kind in self.kinds:
            clauses = list(self._clauses(tier, kind, values))
            if NOTHING not in clauses:
                where = sql.SQL(" AND ").join(clauses) if clauses else sql.SQL("true")
                pieces = {"rank": sql.Literal(kind.rank), "kind": sql.Literal(kind.id), "where": where}
                arms.append(sql.SQL(ONE_KIND).format(source=_source(kind, values), **pieces))
        if not arms:
            return []
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(FOUND).format(kinds=sql.SQL(" UNION ALL ").join(arms)), values.given)
            return list(cursor.fetchall())

    def _clauses(self, tier: int, kind: Kind, values: Values) -> Iterator[sql.Composable]:
        """What makes a place belong to this tier and to none before."""
        if self.whole is not None:
            begins = kind.begins(self.whole.text, values)
            # Names that hold the words of a phrase share its trigrams: too many are read to find the phrase itself.
            apart = kind.is_large and len(self.words) > 1
            holds = NOTHING if apart else kind.holds(self.whole.text, values)
            named = kind.within(self.whole.named, values)
            if tier == 3:  # noqa: PLR2004
                yield from self._words(kind, values)
            else:
                yield (begins, named, holds)[tier]
            yield from (sql.SQL("NOT {}").format(each) for each in (begins, named, holds)[:tier] if each is not NOTHING)
        if self.commune:
            yield kind.within((self.commune,), values)
        if self.pushchair:
            yield PUSHCHAIR[self.pushchair] if kind.id == "sentiers" else NOTHING

    def _words(self, kind: Kind, values: Values) -> Iterator[sql.Composable]:
        for word in self.words:
            parts = [kind.holds(word.text, values), kind.within(word.towns, values)]
            if self.whole is not None and word.text == self.whole.text:
                # Names that hold the question are of the tier before.
                parts = parts[1:]
            parts = [each for each in parts if each is not NOTHING]
            yield sql.SQL("({})").format(sql.SQL(" OR ").join(parts)) if parts else NOTHING


def search(question: Question, user: User | AnonymousUser) -> Search:
    """What a question asks for among the places that this person sees."""
    kinds = []
    for rank, name in enumerate(question.kinds):
        collection = registry.get(name)
        source, params = select.visible(collection, user)
        is_large = bool(question.words) and letters.is_large(collection)
        kinds.append(Kind(rank, name, source, params, is_large))
    whole, *words = _words_of(question) if question.words else [None]
    pushchair = "yes" if question.pushchair else ""
    return Search(tuple(kinds), whole, tuple(word for word in words if word), question.commune, pushchair)


def _words_of(question: Question) -> list[Word | None]:
    with connection.cursor() as cursor:
        cursor.execute(FOLDED, [[question.text, *dict.fromkeys(question.words)]])
        (texts,) = cursor.fetchone()
        cursor.execute(TOWNS, {"words": texts, "patterns": [letters.pattern(text) for text in texts]})
        towns = {number: (tuple(holding), tuple(named)) for number, holding, named in cursor.fetchall()}
    return [Word(text, *towns.get(number, ())) for number, text in enumerate(texts, start=1)]


def _source(kind: Kind, values: Values) -> sql.Composed:
    pieces = kind.source.as_string().split("%s")
    found = [sql.SQL(pieces[0])]
    for piece, value in zip(pieces[1:], kind.params, strict=True):
        found += [values.add(value), sql.SQL(piece)]  # type: ignore[list-item]
    return sql.Composed(found)
