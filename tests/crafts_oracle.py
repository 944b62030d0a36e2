"""What has to become of a small legacy world (tests/crafts.py), worked out row by row from the mapping's words alone.

Shares no code with the engine: dictionaries, loops, `uuid.uuid5`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

SYSTEM = "crafts"
Row = Mapping[str, str | None]
Legacy = dict[str, dict[str, Row]]
Tables = dict[str, dict[str, dict[str, str | None]]]
"""Platform table -> id -> the other columns."""
_KINDS = {"Boat": "BOAT", "Bateau": "BOAT"}


def platform_id(name: str) -> str:
    return str(uuid5(uuid5(NAMESPACE_URL, f"urn:case-migrate:{SYSTEM}"), name))


@dataclass
class Expected:
    """The platform, and what is told about the rest. Fed with one state of the legacy after the other."""

    loaded: dict[str, set[str]] = field(
        default_factory=lambda: {"maker": set(), "craft": set(), "pair": set()}
    )
    aggregates: dict[tuple[str, str], Tables] = field(default_factory=dict)
    shown: dict[tuple[str, str], Tables] = field(default_factory=dict)
    robbed: set[tuple[str, str]] = field(default_factory=set)
    gone: set[tuple[str, str]] = field(default_factory=set)
    stubs: set[str] = field(default_factory=set)
    quarantine: set[tuple[str | None, ...]] = field(default_factory=set)
    excluded: set[tuple[str, ...]] = field(default_factory=set)
    books: dict[str, dict[str, int]] = field(default_factory=dict)

    def vanish(self, legacy: Legacy) -> None:
        """To be said before `load`: what is loaded and has no row any more is gone. Pairs go, others are marked."""
        for entity, table in (("maker", "MAKER"), ("craft", "CRAFT"), ("pair", "PAIR")):
            for key in self.loaded[entity] - set(legacy[table]):
                about = (entity, key)
                if about not in self.gone and entity == "pair":
                    self.aggregates[about] = {}
                elif about not in self.gone:
                    root = platform_id(f"{entity}/{key}")
                    mark = {
                        "root_id": root, "row_id": root, "root_entity": entity,
                        "table_name": "account" if entity == "maker" else entity, "column_name": None,
                        "kind": "flagged", "rule": "vanished", "original_value": None, "source_table": table,
                        "source_key": key, "work_item_status": "open",
                    }  # fmt: skip
                    marks = self.aggregates[about].setdefault("quality_mark", {})
                    marks[platform_id(f"{entity}/quality_mark/vanished/{key}")] = mark
                self.gone.add(about)

    def there(self, entity: str) -> set[str]:
        """Keys that can be referred to."""
        return {key for key in self.loaded[entity] if (entity, key) not in self.gone}

    def load(self, legacy: Legacy) -> None:
        """One full load."""
        self.quarantine, self.excluded, self.books = set(), set(), {}
        self._makers(legacy)
        self._crafts(legacy)
        self._pairs(legacy)

    def rows(self) -> Tables:
        """Table -> id -> columns."""
        tables: Tables = {}
        for key in self.stubs - self.loaded["maker"]:
            tables.setdefault("account", {})[platform_id(f"maker/{key}")] = {"login": key, "status": "FORMER"}
        for aggregate in self.aggregates.values():
            for name, rows in aggregate.items():
                tables.setdefault(name, {}).update(rows)
        return {
            name: tables.get(name, {})
            for name in ("account", "craft", "part", "note", "pair", "quality_mark")
        }

    def crosswalk(self) -> set[tuple[str, str, str]]:
        keys = {(entity, key) for entity, its in self.loaded.items() for key in its} | {
            ("maker", k) for k in self.stubs
        }
        return {(entity, key, platform_id(f"{entity}/{key}")) for entity, key in keys}

    # --- entities

    def _makers(self, legacy: Legacy) -> None:
        table = "MAKER"
        for key, row in legacy[table].items():
            login = row["LOGIN"]
            if login is None:
                self._complain("maker", key, "entity", "rejected", table, key, "LOGIN", "required")
            elif len(login) > 20:
                self._complain("maker", key, "entity", "rejected", table, key, "LOGIN", "too_long")
            else:
                self._show(
                    "maker",
                    key,
                    {"account": {platform_id(f"maker/{key}"): {"login": login, "status": "ACTIVE"}}},
                )
        self._count("maker", set(legacy[table]))

    def _crafts(self, legacy: Legacy) -> None:
        crafts, parts, notes = legacy["CRAFT"], legacy["PART"], legacy["NOTE"]
        out = {key for key, row in crafts.items() if row["TRIAL"] == "Y"}
        self.excluded |= {("craft", key, "CRAFT", key, "trial") for key in out}
        claimed = [(crafts[key]["SERIAL"] or "").strip() for key in set(crafts) - out]
        bad = {key for key in set(crafts) - out if self._bad_craft(key, crafts[key], claimed)}
        lost = self._lost_rows(crafts, parts, notes)
        good = self._good_crafts(crafts, set(crafts) - out - bad)
        for key in sorted(set(crafts) - out):
            own = {part: row for part, row in parts.items() if row["CRAFT_ID"] == key}
            self._craft(key, crafts[key], own, notes, shown=key in good)
        self._count("craft", set(crafts), lost)

    def _bad_craft(self, key: str, row: Row, claimed: list[str]) -> bool:
        name, serial = _trimmed(row["NAME"]), (row["SERIAL"] or "").strip()
        wrong = {
            ("NAME", "required"): name is None,
            ("NAME", "too_long"): name is not None and len(name) > 6,
            ("KIND", "code"): row["KIND"] is not None and row["KIND"] not in _KINDS,
            ("SERIAL", "serial_contested"): serial != "" and claimed.count(serial) > 1,
        }
        for (column, rule), holds in wrong.items():
            if holds:
                self._complain("craft", key, "entity", "rejected", "CRAFT", key, column, rule)
        return any(wrong.values())

    def _good_crafts(self, crafts: dict[str, Row], able: set[str]) -> set[str]:
        """The largest set that refers to nothing but itself and what is there: circles are in it. The rest is held."""
        good = set(able)
        while waiting := {key for key in good if self._needs(crafts[key], good)}:
            good -= waiting
        for key in able - good:
            for column, need in self._needs(crafts[key], good):
                if need != key:
                    self._complain(
                        "craft", key, "entity", "held", "CRAFT", key, column, "missing_parent", need
                    )
        return good

    def _needs(self, row: Row, good: set[str]) -> list[tuple[str, str]]:
        needs = [(column, need) for column in ("PARENT", "MODEL") if (need := row[column]) is not None]
        return [(column, need) for column, need in needs if need not in good | self.there("craft")]

    def _lost_rows(self, crafts: dict[str, Row], parts: dict[str, Row], notes: dict[str, Row]) -> int:
        """Rows without a craft, under the key of the missing craft; or of what else they point at, or their own.

        Returns how many such keys there are, each counted once among the rows that are found together.
        """
        under: dict[str, str] = {}  # lost part -> key
        keys: set[tuple[str, str]] = set()
        for key, row in parts.items():
            to = row["CRAFT_ID"]
            if to is None:
                self._complain("craft", key, "entity", "rejected", "PART", key, "CRAFT_ID", "no_parent")
                under[key] = key
                keys.add(("parts without", key))
            elif to not in crafts:
                self._complain("craft", to, "entity", "rejected", "PART", key, "CRAFT_ID", "orphan")
                under[key] = to
                keys.add(("crafts", to))
        for key, row in notes.items():
            to = row["PART_ID"]
            if to in under:
                self._complain("craft", under[to], "entity", "rejected", "NOTE", key, "PART_ID", "orphan")
            elif to is None or (not to.strip() and to not in parts):
                self._complain("craft", key, "entity", "rejected", "NOTE", key, "PART_ID", "no_parent")
                keys.add(("notes without", key))
            elif to not in parts:
                self._complain("craft", to, "entity", "rejected", "NOTE", key, "PART_ID", "orphan")
                keys.add(("notes without", to))
        return len(keys)

    def _craft(
        self, key: str, row: Row, parts: dict[str, Row], notes: dict[str, Row], *, shown: bool
    ) -> None:
        kept = self._parts(key, parts)
        if not shown:
            return
        root = platform_id(f"craft/{key}")
        if row["MAKER_ID"] is not None and row["MAKER_ID"] not in self.loaded["maker"]:
            self.stubs.add(row["MAKER_ID"])
        tables: Tables = {"craft": {}, "part": {}, "note": {}, "quality_mark": {}}
        name = _trimmed(row["NAME"])
        tables["craft"][root] = {
            "name": name, "kind": _KINDS.get(row["KIND"] or ""), "serial": row["SERIAL"],
            "parent_id": _ref("craft", row["PARENT"]), "model_id": _ref("craft", row["MODEL"]),
            "maker_id": _ref("maker", row["MAKER_ID"]),
        }  # fmt: skip
        if name != row["NAME"]:
            _mark(
                tables, "craft", root, "craft", root, "name", "trim", row["NAME"], "CRAFT", key, flagged=False
            )
        for part in kept:
            before, mine = parts[part]["BEFORE_ID"], platform_id(f"craft/part/{part}")
            there = before in kept
            tables["part"][mine] = {
                "craft_id": root,
                "label": parts[part]["LABEL"],
                "before_id": platform_id(f"craft/part/{before}") if there else None,
            }
            if before is not None and not there:
                _mark(tables, "craft", root, "part", mine, "before_id", "missing_row", before, "PART", part)
        for note, its in notes.items():
            if its["PART_ID"] in parts:
                there, mine = its["PART_ID"] in kept, platform_id(f"craft/note/{note}")
                tables["note"][mine] = {
                    "craft_id": root,
                    "body": its["BODY"],
                    "part_id": platform_id(f"craft/part/{its['PART_ID']}") if there else None,
                }
                if not there:
                    lost = its["PART_ID"]
                    _mark(tables, "craft", root, "note", mine, "part_id", "missing_row", lost, "NOTE", note)
        self._show("craft", key, tables)

    def _parts(self, key: str, parts: dict[str, Row]) -> set[str]:
        """Those of a craft's parts that can be shown; the others are told."""
        kept: set[str] = set()
        mains: dict[str | None, Row] = {}
        in_order = sorted(parts, key=lambda p: (parts[p]["CONFLICT_ID"] not in ("0", None), p.encode()))
        for part in in_order:
            row = parts[part]
            said = {c: row[c] for c in ("CRAFT_ID", "NUM", "LABEL", "BEFORE_ID")}
            main = mains.setdefault(row["NUM"], said)
            if row["CONFLICT_ID"] not in ("0", None) and main is not said:
                if main == said:
                    self.excluded.add(("craft", key, "PART", part, "identical_twin"))
                else:
                    self._complain(
                        "craft", key, "row", "rejected", "PART", part, "CONFLICT_ID", "different_twin"
                    )
            elif row["LABEL"] is None:
                self._complain("craft", key, "row", "rejected", "PART", part, "LABEL", "required")
            elif len(row["LABEL"]) > 5:
                self._complain("craft", key, "row", "rejected", "PART", part, "LABEL", "too_long")
            else:
                kept.add(part)
        return kept

    def _pairs(self, legacy: Legacy) -> None:
        for key, row in legacy["PAIR"].items():
            craft, other = row["CRAFT_ID"], row["OTHER_ID"]
            if craft is None:
                self._complain("pair", key, "entity", "rejected", "PAIR", key, "CRAFT_ID", "required")
                continue
            if craft not in self.there("craft"):
                self._complain(
                    "pair", key, "entity", "held", "PAIR", key, "CRAFT_ID", "missing_parent", craft
                )
                continue
            root = platform_id(f"pair/{key}")
            there = other in self.there("craft")
            both = {"craft_id": _ref("craft", craft), "other_id": _ref("craft", other) if there else None}
            tables: Tables = {"pair": {root: both}, "quality_mark": {}}
            if other is not None and not there:
                _mark(tables, "pair", root, "pair", root, "other_id", "missing_parent", other, "PAIR", key)
            self._show("pair", key, tables)
        self._count("pair", set(legacy["PAIR"]))

    # --- books

    def _show(self, entity: str, key: str, tables: Tables) -> None:
        about, books = (entity, key), self.books.setdefault(entity, {})
        if key not in self.loaded[entity]:
            fate = "created"
        else:
            fate = "unchanged" if self.shown[about] == tables and about not in self.robbed else "updated"
        books[fate] = books.get(fate, 0) + 1
        self.loaded[entity].add(key)
        self.robbed.discard(about)
        self.gone.discard(about)
        for name, rows in tables.items():  # a row is in one aggregate: it leaves the one in which it was
            for owner, other in self.aggregates.items():
                if owner != about and (moved := rows.keys() & other.get(name, {}).keys()):
                    self.robbed.add(owner)
                    other[name] = {key: row for key, row in other[name].items() if key not in moved}
        self.aggregates[about], self.shown[about] = dict(tables), tables

    def _complain(self, *line: str | None) -> None:
        self.quarantine.add((*line, *[None] * (9 - len(line))))

    def _count(self, entity: str, keys: set[str], lost: int = 0) -> None:
        books = self.books.setdefault(entity, {})
        whole = {
            (line[1], line[3])
            for line in self.quarantine
            if line[0] == entity and line[2] == "entity" and line[7] not in ("orphan", "no_parent")
        }
        out = {line[1] for line in self.excluded if line[0] == entity and line[1] == line[3]}
        rejected = {key for key, state in whole if state == "rejected"}
        for name, count in (
            ("read", len(keys) + lost),
            ("rejected", len(rejected) + lost),
            ("held", len(whole) - len(rejected)),
            ("excluded", len(out)),
        ):
            if count:
                books[name] = count


def _ref(entity: str, key: str | None) -> str | None:
    return None if key is None else platform_id(f"{entity}/{key}")


def _mark(
    tables: Tables, entity: str, root: str, table: str, row: str, column: str, rule: str,
    value: str | None, source: str, key: str, *, flagged: bool = True,
) -> None:  # fmt: skip
    name = f"{entity}/quality_mark/{table}/{row.replace('-', '')}/{column}/{rule}/{key}"
    tables["quality_mark"][platform_id(name)] = {
        "root_id": root, "row_id": row, "root_entity": entity, "table_name": table, "column_name": column,
        "kind": "flagged" if flagged else "converted", "rule": rule, "original_value": value, "source_table": source,
        "source_key": key, "work_item_status": "open" if flagged else None,
    }  # fmt: skip


def _trimmed(value: str | None) -> str | None:
    """Without blanks around it; nothing but blanks is nothing."""
    return None if value is None else value.strip(" ") or None
