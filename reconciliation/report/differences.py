"""What a report says of differences, worked out in one pass: counts, some examples, and how many things are wrong.

    real = Differences(folder.differences_in_batches(), lines, unmask=False)

`lines` says where the mapping of a value stands: entity -> `pair column` -> `file:line`.

Memory is bounded by a batch, and by nine bytes for each thing that is wrong.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from reconciliation.model import Look
from reconciliation.report import equity
from reconciliation.report.masking import masked
from reconciliation.report.model import Example, Group, Kind

EXAMPLES = 5
"""So many differences are shown of each kind about each subject."""

GROUPS = 40
"""So many subjects are shown of each kind of difference."""

Things = Mapping[tuple[str, str], int]
"""(kind, class) -> how many things are wrong."""

_BY = ["kind", "check", "entity", "subject"]
_THING = ["kind", "entity", "table", "key", "row", "id", "column"]
"""What tells one thing that is wrong from another: two checks that find the same thing count once."""

Lines = Mapping[str, Mapping[str, str]]

_Place = tuple[str, str, str, str]


class Differences:
    """The differences that count."""

    def __init__(self, batches: Iterable[pa.Table], lines: Lines, *, unmask: bool) -> None:
        self.unmask, self.lines = unmask, lines
        self.disparities: list[tuple[str, str]] = []
        self._counts: Counter[_Place] = Counter()
        self._classes: Counter[tuple[str, str]] = Counter()
        self._examples: dict[_Place, list[Example]] = defaultdict(list)
        self._things: dict[tuple[str, str], list[np.ndarray]] = defaultdict(list)
        for batch in batches:
            real = batch.filter(pc.equal(batch["look"], Look.OUT_OF_SYNC.value))
            if real.num_rows:
                self._count(real)
                self._distinguish(real)

    def kinds(self) -> Iterator[Kind]:
        """Each kind of difference, the most frequent first."""
        classes: dict[str, dict[str, int]] = defaultdict(dict)
        for (kind, letter), count in sorted(self._classes.items()):
            classes[kind][letter] = count
        counts = {kind: sum(told.values()) for kind, told in classes.items()}
        for kind, count in sorted(counts.items(), key=lambda told: (-told[1], told[0])):
            places = [place for place in self._counts if place[0] == kind]
            places.sort(key=lambda place: (-self._counts[place], place))
            known = {name: number for name, number in classes[kind].items() if name}
            shown = tuple(self._group(place) for place in places[:GROUPS])
            yield Kind(kind, count, known, shown, max(0, len(places) - GROUPS))

    def things(self) -> Things:
        """How many things are wrong, whichever checks found them, and however many of them did."""
        found = {}
        for kind in sorted({kind for kind, _ in self._things}):
            seen = np.empty(0, np.uint64)
            for letter in sorted({letter for told, letter in self._things if told == kind}, reverse=True):
                # A check may know the class of a field where another one does not: the one that knows counts.
                fresh = np.setdiff1d(np.concatenate(self._things[kind, letter]), seen)
                found[kind, letter] = len(fresh)
                seen = np.union1d(seen, fresh)
        return found

    def _group(self, place: _Place) -> Group:
        _, check, entity, subject = place
        return Group(check, entity, subject, self._counts[place], tuple(self._examples[place]))

    def _count(self, real: pa.Table) -> None:
        """Counts, and the first examples of each place."""
        for line in real.group_by(["kind", "class"]).aggregate([([], "count_all")]).to_pylist():
            self._classes[line["kind"], line["class"] or ""] += line["count_all"]
        numbered = real.append_column("at", pa.array(np.arange(real.num_rows)))
        for line in numbered.group_by(_BY).aggregate([("at", "list")]).to_pylist():
            place = (line["kind"], line["check"], line["entity"], line["subject"])
            self._counts[place] += len(line["at_list"])
            if missing := EXAMPLES - len(self._examples[place]):
                some = real.take(pa.array(sorted(line["at_list"])[:missing], pa.int64())).to_pylist()
                self._examples[place] += [_example(each, self.lines, unmask=self.unmask) for each in some]
        told = real.filter(pc.equal(real["check"], equity.CHECK)).select(["subject", "column"]).to_pylist()
        self.disparities += [equity.flagged(line["subject"], line["column"]) for line in told]

    def _distinguish(self, real: pa.Table) -> None:
        """A number for each thing that is wrong."""
        columns = {name: pc.fill_null(real[name], "") for name in [*_THING, "class"]}
        # One check knows the platform's id of a row, another does not: the key is enough.
        columns["id"] = pc.if_else(pc.equal(columns["key"], ""), columns["id"], "")
        joined = pc.binary_join_element_wise(*(columns[name] for name in _THING), "\x1f")
        frame = pd.DataFrame({"kind": columns["kind"], "class": columns["class"]})
        frame["thing"] = pd.util.hash_array(joined.to_numpy(zero_copy_only=False), categorize=False)
        for (kind, letter), told in frame.groupby(["kind", "class"])["thing"]:
            self._things[str(kind), str(letter)].append(np.unique(told.to_numpy()))


def _example(line: Mapping[str, Any], lines: Lines, *, unmask: bool) -> Example:
    value = f"{(line['subject'] or '').removesuffix(' fields')} {line['column']}"
    legacy, platform = line["legacy"], line["platform"]
    return Example(
        line["key"] or "",
        line["table"] or "",
        line["row"] or "",
        line["id"] or "",
        line["column"] or "",
        line["source"] or "",
        legacy if unmask else masked(legacy),
        platform if unmask else masked(platform),
        line["class"] or "",
        lines.get(line["entity"] or "", {}).get(value, ""),
    )
