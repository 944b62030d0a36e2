"""`equity`: whether some group of people bears more of what goes wrong than the others.

People are counted in the legacy database, by the characteristics that `equity/traits.yaml` names: clients, and
applicants whom something befell in one of their applications at least, each person once. What befell them is asked of
the books, of the quality marks, and of the differences that the other checks of this reconciliation have found. Groups
are held against each other as `reconciliation.equity` says; a disparity is a difference until somebody answers for it.

The figures hold no group with a small cell; the line of a disparity names the group in a protected column.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from migrate.model import KeyRange
from reconciliation.checks import Answer, check
from reconciliation.compare.conditions import holds
from reconciliation.compare.nouns import Comparison, columns_of
from reconciliation.equity import SMALL, Group, Standing, judged, suppressed
from reconciliation.evidence import Evidence
from reconciliation.expected import one
from reconciliation.model import DIFFERENCES, Kind, Look, Measure, Reason, Remark, Result, Subject
from reconciliation.traits import Equity, read

NAME = "equity"
ROWS_AT_ONCE = 50_000
REJECTED, HELD, FLAGGED, DIFFERING, DELAYED = "rejected", "held", "flagged", "differing", "delayed"
OUTCOMES = (REJECTED, HELD, FLAGGED, DIFFERING, DELAYED)
_COMPARING = "rows"
"""The check that looks for differences of whole entities."""

Question = tuple[str, str, str]
"""Entity, outcome, characteristic."""
_Counts = dict[Question, Counter[tuple[str, bool]]]


@check(NAME)
class EquityCheck:
    """See the module."""

    def subjects(self, evidence: Evidence) -> Iterator[Subject]:
        """Each outcome by each characteristic; differences only where the check that looks for them was asked for."""
        for question in _questions(evidence, read(evidence.mappings)):
            yield Subject(NAME, question[0], _name(question))

    def run(self, evidence: Evidence) -> Iterator[Answer]:
        """Count all entities, then judge all questions together."""
        equity = read(evidence.mappings)
        questions = list(_questions(evidence, equity))
        if equity is None or not questions:
            return
        counts: _Counts = defaultdict(Counter)
        for entity in dict.fromkeys(entity for entity, _, _ in questions):
            if not _counted(evidence, equity, entity, counts):
                reason = Reason("out_of_time")
                yield from (_remark(each, reason, Result.NOT_RUN) for each in questions)
                return
        unasked = [each for each in questions if each[1] == DIFFERING and not _compared(evidence, each[0])]
        yield from (_remark(each, Reason("nothing_compared"), Result.NOT_COMPARABLE) for each in unasked)
        asked = {each: _groups(counts[each]) for each in questions if each not in unasked}
        yield from answers(equity, asked)


def _questions(evidence: Evidence, equity: Equity | None) -> Iterator[Question]:
    if equity is None:
        return
    for entity in equity.bearers:
        if entity in evidence.comparisons:
            for outcome in OUTCOMES:
                if outcome != DIFFERING or not evidence.scope.checks or _COMPARING in evidence.scope.checks:
                    yield from ((entity, outcome, trait.name) for trait in equity.traits)


def _compared(evidence: Evidence, entity: str) -> bool:
    return (_COMPARING, entity) in evidence.so_far.measured


def _name(question: Question) -> str:
    """The subject; names the entity too, since a report puts all of them into one table."""
    entity, outcome, trait = question
    return f"{entity} {outcome} by {trait}"


def _remark(question: Question, reason: Reason, result: Result) -> Remark:
    return Remark(NAME, question[0], _name(question), reason, result)


# --- counting


def _befallen(evidence: Evidence, comparison: Comparison) -> dict[str, pa.Array]:
    """The legacy keys of the roots that something befell, by outcome."""
    entity = comparison.entity
    return {
        REJECTED: evidence.books.complained_of(entity, "rejected"),
        HELD: evidence.books.complained_of(entity, "held"),
        FLAGGED: evidence.books.flagged(entity),
        DIFFERING: pa.array(sorted(evidence.so_far.differing[entity]), pa.string()),
        DELAYED: pa.array(evidence.fresh(comparison), pa.string()),
    }


def _counted(evidence: Evidence, equity: Equity, entity: str, counts: _Counts) -> bool:
    """Count the people of an entity, a range of them at a time; whether there was time."""
    comparison = evidence.comparisons[entity]
    befallen = _befallen(evidence, comparison)
    for within in _ranges(evidence, equity):
        if evidence.limits.over:
            return False
        people, keys, owners = _people(evidence, equity, comparison, within)
        unread = pc.invert(pc.is_in(keys, value_set=evidence.books.known(entity, keys)))
        fell = {outcome: pc.is_in(keys, value_set=befallen[outcome]) for outcome in OUTCOMES}
        fell[DELAYED] = pc.or_(fell[DELAYED], unread)
        asked = _marked(people.num_rows, owners)
        bears = {outcome: _marked(people.num_rows, owners.filter(each)) for outcome, each in fell.items()}
        for trait in equity.traits:
            values = trait.of(people, evidence.as_of).filter(asked)
            for outcome, each in bears.items():
                _count(counts[entity, outcome, trait.name], values, each.filter(asked))
    return True


def _ranges(evidence: Evidence, equity: Equity) -> list[KeyRange]:
    cuts = evidence.legacy.source.boundaries(equity.table, "ROW_ID", ROWS_AT_ONCE)
    return [KeyRange(low, high) for low, high in pairwise((None, *cuts, None))]


def _people(
    evidence: Evidence, equity: Equity, comparison: Comparison, within: KeyRange
) -> tuple[pa.Table, pa.Array, pa.Array]:
    """A range of people, the roots in scope that are theirs, and for each root the position of its person."""
    pointer = equity.bearers[comparison.entity]
    scope = [each.name for each in columns_of(comparison.scope)]
    own = comparison.root == equity.table and pointer == "ROW_ID"
    with evidence.legacy.reader() as reader:
        wanted = [*equity.columns, *(scope if own else [])]
        people = reader.rows(equity.table, list(dict.fromkeys(wanted)), "ROW_ID", within)
        if own:
            roots = people
        else:
            columns = list(dict.fromkeys(["ROW_ID", pointer, *scope]))
            roots = reader.rows(comparison.root, columns, pointer, within, like=(equity.table, "ROW_ID"))
    roots = roots.filter(
        holds(
            comparison.scope,
            lambda column: one(roots.column(column.name)),
            roots.num_rows,
            comparison.codes,
            evidence.as_of,
        )
    )
    owners = pc.index_in(one(roots.column(pointer)), value_set=one(people.column("ROW_ID")))
    return people, one(roots.column("ROW_ID")).filter(owners.is_valid()), owners.drop_null()


def _marked(people: int, owners: pa.Array) -> pa.Array:
    """Which of so many people are named."""
    marks = np.zeros(people, bool)
    marks[owners.to_numpy(zero_copy_only=False)] = True
    return pa.array(marks)


def _count(counts: Counter[tuple[str, bool]], values: pa.Array, bears: pa.Array) -> None:
    table = (
        pa.table({"value": values, "bears": bears})
        .group_by(["value", "bears"])
        .aggregate([([], "count_all")])
    )
    for line in table.to_pylist():
        counts[line["value"], line["bears"]] += line["count_all"]


def _groups(counts: Counter[tuple[str, bool]]) -> list[Group]:
    values = sorted({value for value, _ in counts})
    return [Group(each, counts[each, True], counts[each, True] + counts[each, False]) for each in values]


# --- answers


def answers(equity: Equity, questions: Mapping[Question, list[Group]]) -> Iterator[Answer]:
    """What may be told of the groups, and a line for each that bears more."""
    found = judged(questions)
    columns = {trait.name: ", ".join(trait.columns) for trait in equity.traits}
    for question, groups in questions.items():
        entity, _, trait = question
        told = suppressed(groups)
        for group in told:
            for bears, number in (("yes", group.bears), ("no", group.total - group.bears)):
                parts = {trait: group.value, "bears": bears}
                yield Measure(NAME, entity, _name(question), "entities", number, None, number, parts)
        shown = {group.value for group in told}
        lines = [
            _line(question, equity.table, columns[trait], each.group.value, shown)
            for each in found[question]
            if each.standing is Standing.MORE
        ]
        if lines:
            yield pa.Table.from_pylist(lines, schema=DIFFERENCES)


def _line(question: Question, table: str, columns: str, value: str, shown: set[str]) -> dict[str, str | None]:
    """A disparity. What it is named by is what is shown of it; the group itself stands in a protected column."""
    entity, _, trait = question
    return {
        **dict.fromkeys(DIFFERENCES.names, ""),
        "check": NAME,
        "entity": entity,
        "subject": _name(question),
        "kind": Kind.DISPARITY.value,
        "look": Look.OUT_OF_SYNC.value,
        "table": table,
        "column": f"{trait}={value if value in shown else SMALL}",
        "source": columns,
        "legacy": value,
        "platform": None,
    }
