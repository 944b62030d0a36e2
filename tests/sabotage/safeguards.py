"""What protects the data, and how each protection would look if somebody took it away.

A `Safeguard` names one place in the code, the text that stands there, and what a careless change would leave. The
tests that have to notice are named with it, so that taking one away costs seconds and not a whole run of the suite.
`tools/sabotage.py` does it, one at a time, in a copy of the tree.
"""

from dataclasses import dataclass

ALLOWANCES = "tests/unit/test_allowances.py"
CHECKS = "tests/integration/test_reconcile_checks.py"
RESUME = "tests/integration/test_reconcile_resume.py"
DRILL = "tests/integration/test_drill.py"
JOURNEY = "tests/property/test_journey.py"
APPLY = "tests/unit/test_apply.py"
BUNDLE = "tests/unit/test_report_bundle.py"
CLI = "tests/integration/test_cli.py"
FINDINGS = "tests/unit/test_findings.py"
REPORT = "tests/unit/test_report.py"
WORDS = "tests/unit/test_report_words.py"
CANARIES = "tests/integration/test_canaries.py"
CLOCKS = "tests/integration/test_clocks.py"
LOAD = "tests/integration/test_load_postgres.py"
FAULTS = "tests/integration/test_faults.py"
MEMORY = "tests/unit/test_load_memory.py"
NETS = "tests/integration/test_nets.py"
UNDO = "tests/integration/test_undo.py"
EQUITY = "tests/unit/test_equity.py"
COMPARE_QUICK = "tests/integration/test_reconcile_quick.py"
COMPARE_ROWS = "tests/integration/test_reconcile_rows.py"
COMPARISON = "tests/property/test_comparison.py"
COMPARISON_FILES = "tests/unit/test_comparison_mistakes.py"
FALSE_ALARMS = "tests/unit/test_false_alarms.py"
DRIFT = "tests/integration/test_drift.py"
LEDGER = "tests/unit/test_state_ledger.py"
QUALITY = "tests/integration/test_check_quality.py"
ATTACHMENTS = "tests/integration/test_check_attachments.py"
REPLAY = "tests/integration/test_check_replay.py"
QUARANTINE = "tests/integration/test_quarantine.py"
SCHEDULING = "tests/integration/test_scheduling.py"
SNAPSHOTS = "tests/integration/test_extract_snapshots.py"
STATE = "tests/integration/test_state_postgres.py"
UNSEEN = "tests/integration/test_unseen.py"


@dataclass(frozen=True)
class Safeguard:
    """One protection.

    old, new:  its text in `file`, once there, and what stands there without it.
    tests:     a file of tests, and `-k` for those that may notice; at least one has to fail.
    quick:     needs no server: part of the suite itself.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, str]
    quick: bool = False


SAFEGUARDS = (
    # --- one writer, one transaction
    Safeguard(
        "one writer at a time", "migrate/state/lease.py",
        'while not _one(connection.execute("SELECT pg_try_advisory_lock(%s)", [number])):', "while False:",
        (LOAD, "second_lease"),
    ),
    Safeguard(
        "the fencing number is looked at under the ledger's lock", "migrate/state/ledger.py",
        "if fence is not None and (fence != holder_fence or not held):", "if False:",
        (LOAD, "passes_on_in_the_middle"),
    ),
    Safeguard(
        "a damaged plan is found", "migrate/state/runs.py",
        "if untold or plan_digest(slices) != planned:", "if False:",
        (STATE, "plan_was_damaged"),
    ),
    Safeguard(
        "a batch that the ledger does not know is not done", "migrate/state/runs.py",
        "if untold or plan_digest(slices) != planned:", "if plan_digest(slices) != planned:",
        (STATE, "plan_was_damaged"),
    ),
    Safeguard(
        "a root that is left out claims nothing", "migrate/transform/beforehand.py",
        "values = pc.if_else(excluded, pa.scalar(None, values.type), values)", "pass",
        ("tests/unit/test_shipped_mappings.py", "comes_out_as_it_says"), quick=True,
    ),
    Safeguard(
        "a merge is one where all rows went", "migrate/state/images.py",
        "WHERE NOT EXISTS (SELECT FROM ({still}) AS still (id) WHERE still.id = moved.old)",
        "WHERE EXISTS (SELECT FROM ({still}) AS still (id)) OR TRUE",
        (UNDO, "something_still_points"),
    ),
    Safeguard(
        "rows and books are one transaction", "migrate/load/postgres.py",
        "written = self._rows(cursor, keeper, outcome, made)\n",
        'with self._cursor(run, "write rows") as other:\n'
        "                written = self._rows(other, keeper, outcome, made)\n",
        (LOAD, "failure_before_the_commit"),
    ),
    Safeguard(
        "a batch that is closed is not written again", "migrate/state/entry.py",
        "done = closed(cursor, place, run, slice_, position)", "done = None",
        (LOAD, "same_batch_twice"),
    ),
    Safeguard(
        "a run is resumed where it stopped", "migrate/state/runs.py",
        "for row in rows if row[7] is None)", "for row in rows)",
        (JOURNEY, "broken_off"),
    ),
    # --- faults
    Safeguard(
        "faults that pass are waited for", "migrate/patience.py", "if tried == RETRIES or", "if True or",
        ("tests/unit/test_patience.py", "passing"), quick=True,
    ),
    Safeguard(
        "retries are bounded", "migrate/patience.py",
        "if tried == RETRIES or now - first + pause + last >= self.seconds:", "if tried == 2 * RETRIES:",
        ("tests/unit/test_patience.py", "bounded or one_try"), quick=True,
    ),
    Safeguard(
        "progress makes a fault a new one", "migrate/patience.py",
        "if not tried or so_far() != reached:", "if not tried:",
        ("tests/unit/test_patience.py", "progress"), quick=True,
    ),
    Safeguard(
        "what needs a person is not tried again", "migrate/patience.py",
        "except Transient as error:", "except Exception as error:",
        ("tests/unit/test_patience.py", "person"), quick=True,
    ),
    Safeguard(
        "opening a run waits", "migrate/project/project.py", "run = self.patience.through(",
        "run = type(self.patience)(0).through(", (FAULTS, "opening and refused"),
    ),
    Safeguard(
        "closing a run waits", "migrate/run.py", 'self.parts.patience if status == "done" else Patience(0)',
        "Patience(0)", (FAULTS, "closing and refused"),
    ),
    Safeguard(
        "a wrong password is tried once", "migrate/postgres.py",
        'if "FATAL" not in text or any(words in text for words in _PASSING):', "if True:", (FAULTS, "wrong_password"),
    ),
    Safeguard(
        "a server that says nothing is found out", "migrate/postgres.py",
        "elif time.monotonic() - heard > self.silence:", "elif False:", (FAULTS, "frozen_line and lasts"),
    ),
    Safeguard(
        "a source that says nothing is found out, over ODBC", "migrate/extract/listening.py",
        "            if not self._anybody():", "            if False:",
        ("tests/integration/test_source_faults.py", "frozen_source and mariadb"),
    ),
    Safeguard(
        "a source that answers when it is asked is waited for", "migrate/extract/listening.py",
        "            if not self._anybody():", "            if True:",
        ("tests/integration/test_source_faults.py", "takes_its_time and mariadb"),
    ),
    Safeguard(
        "a connection that is given up is left alone", "migrate/extract/listening.py",
        "        self.lost = True  # also where the one who waits is interrupted\n", "",
        ("tests/unit/test_extract_listening.py", "left_alone"),
    ),
    Safeguard(
        "a lock that others hold is not waited for without end", "migrate/postgres.py",
        " -c lock_timeout={round(patience / 6 * 1000)}", "", (FAULTS, "lock_that_somebody_holds"),
    ),
    Safeguard(
        "what is lost with one connection is lost with all", "migrate/state/store.py",
        "if connection.broken:", "if False:", ("tests/integration/test_state_postgres.py", "lost_together"),
    ),
    Safeguard(
        "the end of a run is written once", "migrate/state/runs.py",
        "        return totals  # the answer to an earlier call was lost\n", "        pass\n",
        ("tests/integration/test_load_postgres.py", "told_once"),
    ),
    Safeguard(
        "the selftest compares what is there", "migrate/selftest.py",
        "yield Check(f\"{killed}: {what}\", not differing and rows > 0, detail)",
        "yield Check(f\"{killed}: {what}\", True, detail)",
        ("tests/integration/test_selftest.py", "not_the_same"),
    ),
    # --- the books
    Safeguard(
        "books that do not balance stop the commit", "migrate/state/entry.py",
        "if not tally.balanced:", "if False:", (LOAD, "do_not_balance or loses_an_entity"),
    ),
    Safeguard(
        "every entity has one fate and a reason", "migrate/state/entry.py", "    _audit(outcome)\n", "",
        (LOAD, "without_a_reason_is_a_defect"),
    ),
    Safeguard(
        "every ledger entry holds the hash of the one before", "migrate/state/ledger.py",
        "entry.previous == head and ", "", (LEDGER, ""), quick=True,
    ),
    Safeguard(
        "every ledger entry is hashed whole", "migrate/state/ledger.py",
        " and entry.computed() == entry.hash", "", (LEDGER, ""), quick=True,
    ),
    # --- nothing vanishes quietly
    Safeguard(
        "rows without a root are quarantined", "migrate/transform/gather.py",
        "if member.orphans is not Orphans.IGNORE:\n                found", "if False:\n                found",
        (APPLY, "without_a_root"), quick=True,
    ),
    Safeguard(
        "texts that are too long are found before the write", "migrate/transform/fields.py",
        "if target.width is not None and _may_be_longer(fitting, target.width):", "if False:",
        (APPLY, "longer_than"), quick=True,
    ),
    Safeguard(
        "numbers below the least of a column are found before the write", "migrate/transform/fields.py",
        "        if target.least is not None:\n", "        if False:\n", (APPLY, "below_the_least"), quick=True,
    ),
    Safeguard(
        "a reference to its own row is found before the write", "migrate/transform/fields.py",
        "return self._elsewhere(field, source, fitting) if target.elsewhere else fitting", "return fitting",
        (APPLY, "points_at_itself"), quick=True,
    ),
    Safeguard(
        "unknown codes are refused", "migrate/transform/fields.py",
        'self._refuse(field, source, pc.and_(text.is_valid(), codes.is_null()), "code", field.otherwise)', "pass",
        (APPLY, "unknown_code"), quick=True,
    ),
    Safeguard(
        "text with NUL is refused", "migrate/transform/fields.py",
        "if pa.types.is_string(fitting.type) and holds_nul(fitting):", "if False:",
        (JOURNEY, "no_database_can_hold"),
    ),
    Safeguard(
        "NUL in a complaint's value does not stop the run", "migrate/transform/nul.py",
        "return pc.replace_substring(values.cast(pa.string()), _NUL, _SYMBOL)", "return values.cast(pa.string())",
        (JOURNEY, "no_database_can_hold"),
    ),
    Safeguard(
        "a key with NUL is refused", "migrate/transform/apply.py",
        "            if holds_nul(keys):\n", "            if False:\n", (JOURNEY, "nul_in_a_key"),
    ),
    Safeguard(
        "a missing parent holds", "migrate/transform/fields.py",
        "        if not missing.true_count:\n            return ids\n", "        return ids\n",
        (APPLY, "missing_parent"), quick=True,
    ),
    Safeguard(
        "twins are found", "migrate/transform/apply.py", "if member.twins:", "if False:", (APPLY, "twin"), quick=True,
    ),
    Safeguard(
        "contested natural keys are found", "migrate/transform/beforehand.py",
        'owners.filter(pc.greater(owners["who_count_distinct"], 1))',
        'owners.filter(pc.greater(owners["who_count_distinct"], 99))',
        (JOURNEY, "serial"),
    ),
    Safeguard(
        "who waits for one of its own kind waits with it", "migrate/transform/settle.py",
        "        if not self.own_kind:\n", "        if True:\n", (APPLY, "own_kind"), quick=True,
    ),
    Safeguard(
        "chains are looked at again before others refer to them", "migrate/plan.py",
        "if any(field.ref == mapping.entity for _, field in mapping.references()):", "if False:",
        (JOURNEY, "late"),
    ),
    Safeguard(
        "circles across batches are looked at together", "migrate/state/complaints.py",
        ", (entity, _circles(own))]", "]", (LOAD, "nothing_but_each_other"),
    ),
    # --- again is harmless, and what changed is changed
    Safeguard(
        "what is the same is not touched", "migrate/load/fates.py",
        "updated = accepted & seen.loaded & ~seen.same", "updated = accepted & seen.loaded",
        (MEMORY, "same_again"), quick=True,
    ),
    Safeguard(
        "members that have left are deleted", "migrate/load/replacing.py",
        "for change in reversed(changes) if change.left)", "for change in ())",
        (LOAD, "row_by_row"),
    ),
    Safeguard(
        "rows that differ are replaced", "migrate/load/replacing.py",
        "written += change.update() if change.differ else 0", "pass", (LOAD, "stand_in_gives_way_too"),
    ),
    Safeguard(
        "a root whose rows went to another is compared anew", "migrate/state/entry.py",
        "    if ids:\n", "    if False:\n", (JOURNEY, "moved"),
    ),
    Safeguard(
        "indexes and constraints are made again", "migrate/run.py",
        "self.parts.target.end_bulk(self.opened)", "pass", (JOURNEY, "constraints"),
    ),
    # --- what was done can be taken back
    Safeguard(
        "what a later run changed is not taken back before it", "migrate/state/undo.py",
        "if later := _later(cursor, place, run.id):", "if later := []:", (LOAD, "later_run_changed"),
    ),
    Safeguard(
        "what a later run has made its own is not taken back before it", "migrate/load/undoing.py",
        "if table.name in kept and rows.taken_over(table)]", "if False]", (UNDO, "has_taken"),
    ),
    Safeguard(
        "rows that a run adds to what is there are noted", "migrate/load/replacing.py",
        "return self.keeper.absent(self.table, _beside(self.table.name), self.said.sql(_INSERT))",
        "return self.cursor.execute(self.said.sql(_INSERT)).rowcount", (LOAD, "leaves_everything_as_it_was"),
    ),
    Safeguard(
        "the root of what is compared is kept in any case", "migrate/load/replacing.py",
        "if table.name in rows and _is_root(table):", "if False:", (UNDO, "looks_the_same"),
    ),
    Safeguard(
        "lines of the state are kept as they were", "migrate/state/entry.py",
        "    images.under(cursor, run.id)\n", "", (LOAD, "leaves_everything_as_it_was"),
    ),
    Safeguard(
        "wide rows make small batches", "migrate/planning.py",
        "per_batch = min(per_batch, batch_bytes * grain // max(some, 1))", "pass",
        ("tests/unit/test_run_memory.py", "wide"), quick=True,
    ),
    # --- the source
    Safeguard(
        "time is the source's", "migrate/run.py", "as_of = parts.source.clock()", "as_of = datetime.now()",
        ("tests/unit/test_run.py", "clock"), quick=True,
    ),
    Safeguard(
        "sessions at the source are read-only (MariaDB)", "migrate/extract/dialects.py",
        '        "SET SESSION TRANSACTION READ ONLY",\n', "", (SNAPSHOTS, "can_write and mariadb"),
    ),
    Safeguard(
        "sessions at the source are read-only (PostgreSQL)", "migrate/extract/dialects.py",
        '        "SET default_transaction_read_only = on",\n', "", (SNAPSHOTS, "can_write and postgres"),
    ),
    Safeguard(
        "reads are of one snapshot", "migrate/extract/dialects.py",
        '        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",\n', '        "BEGIN READ ONLY",\n',
        (SNAPSHOTS, "committed_after_it_began and postgres"),
    ),
    Safeguard(
        "keys are compared byte by byte", "migrate/extract/sql.py",
        "rows.filter(pc.is_in(rows.column(by), value_set=wanted))", "rows", (SNAPSHOTS, "byte_by_byte"),
    ),
    # --- the nets
    Safeguard(
        "the window of a delta overlaps with the one before", "migrate/run.py",
        "its.until(as_of) - overlap for its", "its.until(as_of) for its", (NETS, "twenty_minutes_late"),
    ),
    Safeguard(
        "the window comes from the source's clock", "migrate/extract/sql.py",
        "_naive_utc(connection.exec_driver_sql(self.dialect.clock).scalar_one())",
        "datetime.now(UTC).replace(tzinfo=None)",
        (CLOCKS, "tool_ahead"),
    ),
    Safeguard(
        "a clock of the source that is behind is noticed", "migrate/run.py",
        "if mode == Mode.DELTA and any(as_of < its.high for its in seen):", "if False:", (CLOCKS, "source_ahead"),
    ),
    Safeguard(
        "a clock of the source that was behind is noticed", "migrate/state/runs.py",
        "return min(self.high, now - self.ago)", "return self.high", (CLOCKS, "source_back"),
    ),
    Safeguard(
        "a run began before it was planned", "migrate/state/runs.py",
        "clock_timestamp() - make_interval(secs => %s)", "clock_timestamp() - 0 * make_interval(secs => %s)",
        (STATE, "how_long_ago"),
    ),
    Safeguard(
        "the window is recorded before the first read", "migrate/run.py",
        "window = (low, as_of) if mode", "window = (low, parts.source.clock()) if mode",
        (NETS, "before_anything_was_read and delta"),
    ),
    Safeguard(
        "second-level rows are looked up on a connection of their own", "migrate/finding.py",
        "keys_of_rows(_roots(beside, mapping", "keys_of_rows(_roots(reader, mapping",
        ("tests/integration/test_delta_readers.py", "still_arriving"),
    ),
    Safeguard(
        "of a table that is fetched whole, only what was asked for counts", "migrate/finding.py",
        "return rows.filter(pc.is_in(key_text(one_piece(rows.column(member.by))), value_set=keys))", "return rows",
        ("tests/integration/test_swept.py", "count_the_same and sqlite"),
    ),
    Safeguard(
        "an empty table deletes nothing", "migrate/finding.py",
        "if name in now and self.too_many(rows - now[name], rows):", "if False:", (NETS, "came_back_empty"),
    ),
    Safeguard(
        "a brake on what is gone", "migrate/finding.py",
        "        if self.too_many(gone, held):\n", "        if False:\n", (NETS, "more_is_gone"),
    ),
    Safeguard(
        "what seems to be gone is looked for once more", "migrate/run.py",
        "            gone = gone.filter(pc.invert(pc.is_in(gone, value_set=there)))\n", "", (NETS, "not_buried"),
    ),
    Safeguard(
        "candidates outlive the run that named them", "migrate/finding.py",
        "        self._refuse_empty()\n", "        self.state.spare(self.lease)\n",
        (NETS, "taken_up_by_a_delta"),
    ),
    # --- what was seen, and where keys lead
    Safeguard(
        "only a run that is done has seen anything", "migrate/state/coverage.py",
        "WHERE r.status = 'done' AND r.mode IN ('full',", "WHERE r.mode IN ('full',", (UNSEEN, "not_done_has_seen"),
    ),
    Safeguard(
        "a full run does not see what is gone", "migrate/state/coverage.py",
        '"full": ("stamped", "moved", "silent"),', '"full": ("stamped", "moved", "silent", "vanished"),',
        (UNSEEN, "second_full_run"),
    ),
    Safeguard(
        "merges are followed to the end", "migrate/state/tracing.py",
        "        key = current[key].survivor\n", "        break\n", (STATE, "leads_to_the_last_survivor"),
    ),
    # --- quarantine
    Safeguard(
        "a waiver ends", "migrate/state/waivers.py", "WHERE newest.until >= {TODAY}", "WHERE TRUE",
        (STATE, "last_day_is_over"),
    ),
    Safeguard(
        "a waiver is of what was found before it", "migrate/state/complaints.py",
        "ON w.complaint = q.id AND w.at >= q.since\n", "ON w.complaint = q.id\n",
        (LOAD, "comes_back_after_it_was_released"),
    ),
    Safeguard(
        "a waiver needs a name and a reason", "migrate/state/waivers.py", "if not value.strip():", "if False:",
        (LOAD, "needs_a_name"),
    ),
    Safeguard(
        "an entity of which one complaint is open is not waived", "migrate/state/waivers.py",
        "bool_and(w.complaint IS NOT NULL)", "bool_or(w.complaint IS NOT NULL)", (LOAD, "every_complaint_about_it"),
    ),
    Safeguard(
        "a waiver is in the ledger", "migrate/state/store.py",
        'self._note(cursor, "waive", waiver.about)', "pass", (STATE, "waiver_leaves_a_line"),
    ),
    Safeguard(
        "a look behind the mask is in the ledger", "migrate/state/store.py",
        'self._note(cursor, "unmask", {**about, "reason": reason})', "pass", (STATE, "protected_values_leaves_a_line"),
    ),
    Safeguard(
        "what is not at the source any more is held against nobody", "migrate/state/candidates.py",
        "        cursor.execute(_said(_RELEASED, schema), [outcome.entity, asked])\n", "",
        (QUARANTINE, "gone_from_the_source"),
    ),
    # --- drift
    Safeguard(
        "a run stops at a schema that is not the expected one", "migrate/project/project.py",
        "            comparison.refuse()\n            lease =", "            lease =",
        (DRIFT, "cannot_rely and sqlite"),
    ),
    Safeguard(
        "a key that is not unique any more is found", "migrate/project/drift/legacy.py",
        "loses = old.unique and column in need.keys", "loses = False", (DRIFT, "cannot_rely and unique and sqlite"),
    ),
    Safeguard(
        "what the mappings cannot read is not accepted", "migrate/project/project.py",
        "            comparison.refuse(Weight.BROKEN)\n", "", (DRIFT, "cannot_be_accepted"),
    ),
    Safeguard(
        "constraints of the platform are looked for", "migrate/project/drift/platform.py",
        "if rule and (table.name, rule) not in constraints:", "if False:", (DRIFT, "not_the_programs_own"),
    ),
    # --- secrets and persons
    Safeguard(
        "values in quarantine are masked", "migrate/state/complaints.py",
        'value=sql.Identifier("value") if values else sql.SQL("NULL"),', 'value=sql.Identifier("value"),',
        (LOAD, "not_shown_without_a_reason"),
    ),
    Safeguard(
        "values in quarantine need a reason", "migrate/state/store.py",
        "if not reason.strip():", "if False:", (LOAD, "not_shown_without_a_reason"),
    ),
    Safeguard(
        "the server's words never leave", "migrate/postgres.py",
        "        fault = _translated(error, doing)\n        _silence(error)\n        raise fault from None\n",
        '        raise Defect(f"{doing}: {error}") from None\n',
        (LOAD, "never_by_value"),
    ),
    Safeguard(
        "the server's words are not behind our errors", "migrate/postgres.py",
        "        fault = _translated(error, doing)\n        _silence(error)\n",
        "        fault = _translated(error, doing)\n",
        (LOAD, "never_by_value"),
    ),
    Safeguard(
        "the library's words about a URL are not behind our errors", "migrate/postgres.py",
        "    raise fault  # out here", "        raise fault  # out here",
        ("tests/unit/test_postgres.py", "behind_it"), quick=True,
    ),
    Safeguard(
        "engines put no values into their errors", "migrate/extract/engine.py",
        "partial(sa.create_engine, hide_parameters=True)", "sa.create_engine",
        ("tests/unit/test_architecture.py", "no_engine"), quick=True,
    ),
    Safeguard(
        "the state's engine puts no values into its errors", "migrate/state/store.py",
        "create_engine(self.url, hide_parameters=True)", "create_engine(self.url)",
        ("tests/unit/test_architecture.py", "no_engine"), quick=True,
    ),
    Safeguard(
        "passwords of URLs are masked in every error", "migrate/errors.py",
        r'text = _ANY_USERINFO.sub(r"\1***@", text)', "pass", (CANARIES, "holds_a_secret"),
    ),
    Safeguard(
        "passwords among options are masked in every error", "migrate/errors.py",
        r'return _ANY_OPTION.sub(r"\1\2***", text)', "return text", (CANARIES, "holds_a_secret"),
    ),
    Safeguard(
        "passwords among arguments are masked", "migrate/cli/root.py",
        "what = masked(error.format_message())", "what = error.format_message()", (CANARIES, "holds_a_secret"),
    ),
    Safeguard(
        "a secret in the settings is refused", "migrate/project/settings.py",
        "    if part := part_with_secret(url):\n", "    if part := None:\n",
        ("tests/unit/test_cli_errors.py", "password_in_the_settings"), quick=True,
    ),
    Safeguard(
        "a secret among the arguments is refused", "migrate/project/project.py",
        "        if part := part_with_secret(reference):\n", "        if part := None:\n",
        ("tests/unit/test_cli_errors.py", "password_among_the_arguments"), quick=True,
    ),
    Safeguard(
        "a place is told without its URL", "migrate/cli/commands/sample.py",
        "    return str(place_of(target))\n", "    return str(target)\n",
        ("tests/unit/test_cli_errors.py", "dry_run_tells_where"), quick=True,
    ),
    Safeguard(
        "what a library says is withheld", "migrate/project/defects.py",
        'else f"{name} (its text is withheld: it may quote data)"', 'else f"{name}: {error}"',
        (CANARIES, "holds_a_secret"),
    ),
    Safeguard(
        "what a driver says is not repeated", "migrate/extract/trouble.py",
        """note = f" ({', '.join(codes)})" if codes else f" ({type(error).__name__})\"""", 'note = f" ({error})"',
        ("tests/unit/test_extract_trouble.py", "told_by_its_cause"), quick=True,
    ),
    Safeguard(
        "the embedded server logs no statement and no row", "migrate/embedded/server.py",
        '    "log_min_messages": "log",\n', "",
        ("tests/integration/test_embedded.py", "log_holds_no_value"),
    ),
    Safeguard(
        "the server's words never leave, whoever asks", "migrate/postgres.py",
        "why=_VIOLATIONS.get(state, \"the server refused a row or a statement\"),", "why=str(error),",
        (LOAD, "never_by_value"),
    ),
    Safeguard(
        "log lines of flows are masked", "flows/__init__.py",
        "record.msg, record.args = masked(record.getMessage()), ()", "pass", (CANARIES, "holds_a_secret"),
    ),
    # --- what Prefect believes
    Safeguard(
        "errors are cleaned before Prefect sees them", "flows/running.py",
        "        error = cleaned(caught)\n    raise error", "        raise\n    raise AssertionError",
        ("tests/integration/test_flows.py", "reaches_prefect or no_secret_and_no_person"),
    ),
    Safeguard(
        "a flow run whose lease went to a successor is closed", "flows/stale.py",
        "lost = state.not_let_go(fences.values()) if fences else frozenset()", "lost = frozenset()",
        (SCHEDULING, "with_its_machine"),
    ),
    Safeguard(
        "a flow run whose process is gone is closed", "flows/stale.py",
        "    except ProcessLookupError:\n        return True", "    except ProcessLookupError:\n        return False",
        (SCHEDULING, "server_killed_during"),
    ),
    Safeguard(
        "a deployment of another project is not taken over", "flows/deployments.py",
        "if known is not None and (theirs", "if False and (theirs", (SCHEDULING, "another_project"),
    ),
    # --- comparison
    Safeguard(
        "a column that is not compared has a reason", "reconciliation/compare/read.py",
        "if column not in {*columns, *written, table.key, table.root_id}:", "if False:",
        (COMPARISON_FILES, "forgotten"), quick=True,
    ),
    Safeguard(
        "what is moved is compared", "migrate/judging.py",
        "        mistakes += unmatched(found, project.mappings())\n", "        pass\n",
        (COMPARISON_FILES, "wants_a_comparison"), quick=True,
    ),
    Safeguard(
        "a row under a wrong parent is noticed", "reconciliation/diff.py",
        "        _misplaced(here.filter(pc.invert(placed))),\n", "", (COMPARISON, "under_another_root"), quick=True,
    ),
    Safeguard(
        "a row that says what another says is told", "reconciliation/diff.py",
        "rows = actual.filter(pc.invert(pc.is_in(one(actual.column(\"id\")), value_set=ids)))",
        "rows = actual.slice(0, 0)", (COMPARISON, "too_much_or_compared"), quick=True,
    ),
    Safeguard(
        "an unknown code differs from nothing", "reconciliation/expected.py",
        "return pc.coalesce(told.take(pc.index_in(asked, value_set=pa.array(known, pa.string()))), values)",
        "return told.take(pc.index_in(asked, value_set=pa.array(known, pa.string())))",
        (FALSE_ALARMS, "never_the_same_as_nothing"), quick=True,
    ),
    Safeguard(
        "what cannot be read differs from nothing", "reconciliation/expected.py",
        "        return str(value[0])\n", "        return None\n",
        (FALSE_ALARMS, "never_the_same_as_nothing"), quick=True,
    ),
    Safeguard(
        "an hour that never was is not moved to the next one that was", "reconciliation/forms.py",
        'return _instants(walls, zone, "raise")', 'return _instants(walls, zone, "latest")',
        (FALSE_ALARMS, "says_the_same"), quick=True,
    ),
    Safeguard(
        "what differs is looked at a second time", "reconciliation/look.py",
        'if line["key"] and named not in still:', "if False:", (COMPARE_ROWS, "between_the_two_looks"),
    ),
    Safeguard(
        "what legacy changed after the last window is in flight, and only that", "reconciliation/look.py",
        'flying = line["look"] == Look.OUT_OF_SYNC and line["key"] in fresh', "flying = True",
        (COMPARE_ROWS, "nothing_else_is and sqlite"),
    ),
    Safeguard(
        "what the mover left out by a rule is still missing", "reconciliation/look.py",
        'if why != "excluded" or row in twins}', "}", (COMPARE_ROWS, "left_a_row_out"),
    ),
    Safeguard(
        "a root that legacy never had is looked for", "reconciliation/checks/rows.py",
        "            _explain(evidence, work, ids)\n", "            pass\n", (COMPARE_ROWS, "never_had"),
    ),
    Safeguard(
        "a pointer dangles only where its row is not on the platform", "reconciliation/pointers.py",
        "(_, target) in suspects.items() if target not in there]", "(_, target) in suspects.items()]",
        (COMPARE_ROWS, "leads_nowhere"),
    ),
    Safeguard(
        "a circle leads back to its beginning", "reconciliation/pointers.py",
        "return {row for row in rows if row in _chain(known, row)}", "return rows", (COMPARE_ROWS, "leads_nowhere"),
    ),
    Safeguard(
        "a row may go before what names it is told", "migrate/platform/revisions/versions/0002_keys_that_wait.py",
        '    ("payment", "fk_payment__invoice_id"),\n', "",
        ("tests/integration/test_gone_members.py", "S_INVOICE"),
    ),
    Safeguard(
        "who refers to what is gone is looked at again", "migrate/state/candidates.py",
        "[entity]).fetchone() is None:", "[entity]).fetchone() is not None:",
        ("tests/property/test_histories.py", "refers_to_what_is_gone"),
    ),
    Safeguard(
        "a complaint is released by those who found it last", "migrate/state/complaints.py",
        "state = q.state, found_in = %s,", "state = q.state, found_in = coalesce(o.found_in, %s),",
        ("tests/property/test_histories.py", "two_ways"),
    ),
    Safeguard(
        "a part of legacy that has changed is compared again", "reconciliation/unchanged.py",
        "            if len(others):\n", "            if False:\n",
        (COMPARE_QUICK, "silent_change_of_legacy and sqlite"),
    ),
    Safeguard(
        "a share of the platform that has changed is compared again", "reconciliation/unchanged.py",
        "            self.chosen[self._noted(\"platform\", table, now, self.told.shares)] = True\n",
        "            self._noted(\"platform\", table, now, self.told.shares)\n",
        (COMPARE_QUICK, "fault_on_the_platform and sqlite"),
    ),
    Safeguard(
        "what the date decides anew is compared again", "reconciliation/unchanged.py",
        "wanted = pc.or_(turned, pc.is_in(expectation.keys, value_set=keys))",
        "wanted = pc.is_in(expectation.keys, value_set=keys)", (COMPARE_QUICK, "passing_of_time"),
    ),
    Safeguard(
        "roots that are new or gone are seen by their number", "reconciliation/unchanged.py",
        "        self.chosen[counts != self.before.counts(\"roots\")] = True\n", "",
        (COMPARE_QUICK, "silent_change_of_legacy and sqlite"),
    ),
    Safeguard(
        "what differed before is compared again", "reconciliation/unchanged.py",
        "wanted = pc.or_(wanted, pc.is_in(expectation.keys, value_set=self._known_open))", "pass",
        (COMPARE_QUICK, "silent_change_of_legacy and sqlite"),
    ),
    Safeguard(
        "what the books say anew of roots that legacy does not have is looked at", "reconciliation/unchanged.py",
        " | {BOOKS: self.evidence.books.strange(self.comparison.entity, self.told.shares)}", "",
        (COMPARE_QUICK, "books_say_anew"),
    ),
    Safeguard(
        "roots that are read by key are of the snapshot of all", "reconciliation/stream.py",
        "tables = evidence.legacy.roots(comparison, piece)",
        "tables = getattr(evidence.legacy, 'roots' if isinstance(piece, KeyRange) else 'some')(comparison, piece)",
        (COMPARE_QUICK, "instant_of_the_checksums"),
    ),
    Safeguard(
        "no two write one seal", "reconciliation/seals.py",
        "with TemporaryFile(dir=self._folder) as content:", 'with (self._folder / "new").open("w+b") as content:',
        ("tests/unit/test_seals.py", "at_work_at_once"), quick=True,
    ),
    Safeguard(
        "a file that is no seal counts for nothing", "reconciliation/seals.py",
        "    except (pa.ArrowException, OSError, LookupError, ValueError, TypeError):\n", "    except StopIteration:\n",
        ("tests/unit/test_seals.py", "no_seal"), quick=True,
    ),
    Safeguard(
        "no collation takes keys of changed parts for one", "migrate/extract/statements.py",
        "return sa.select(self._dialect.express(pointer, key).label(column)).where(",
        "return sa.select(self._dialect.express(pointer, key).label(column)).distinct().where(",
        ("tests/integration/test_checksums.py", "come_all and mariadb"),
    ),
    Safeguard(
        "a seal counts only as the evidence says", "reconciliation/seals.py",
        "if _sha256(content) != self._trusted.get(entity):", "if False:",
        (COMPARE_QUICK, "vouch_for"),
    ),
    Safeguard(
        "a seal counts only under its terms", "reconciliation/seals.py",
        "return seal if seal.told.terms == terms else None", "return seal",
        (COMPARE_QUICK, "comparison_that_was_changed"),
    ),
    Safeguard(
        "pointers that are brought into a form are not looked for as they are", "reconciliation/unchanged.py",
        "if formed or field.source.alias not in tables:", "if field.source.alias not in tables:",
        (COMPARE_QUICK, "merge_is_followed"),
    ),
    Safeguard(
        "what a merged key leaves behind is looked at", "reconciliation/unchanged.py",
        "        self.chosen[self.own != self.before.counts(\"own\")] = True\n", "",
        (COMPARE_QUICK, "merged_key_leaves"),
    ),
    Safeguard(
        "a seal knows the tables of time zones", "reconciliation/unchanged.py",
        "types, codes, zones]", "types, codes]", (COMPARE_QUICK, "table_of_time_zones"),
    ),
    Safeguard(
        "a seal knows the types of legacy columns", "reconciliation/unchanged.py",
        "    } | evidence.legacy.types(comparison)\n", "    }\n", (COMPARE_QUICK, "column_of_another_type"),
    ),
    Safeguard(
        "a comparison that stopped leaves no seal", "reconciliation/checks/rows.py",
        "sealing.whole = work.stopped is None", "sealing.whole = True", (COMPARE_QUICK, "stopped_early"),
    ),
    Safeguard(
        "what legacy has no more is looked for again on the platform", "reconciliation/look.py",
        " | _orphaned(evidence, pairs[name], table, known)", "", (COMPARE_ROWS, "legacy_has_deleted"),
    ),
    Safeguard(
        "a row that is moved to another range is one difference", "reconciliation/look.py",
        "        _moved(evidence, pairs_of_table, left, looked)\n", "        pass\n",
        (COMPARE_ROWS, "nothing_else_is and sqlite"),
    ),
    # --- attachments
    Safeguard(
        "files without a row are looked for", "reconciliation/checks/attachments.py",
        "for each in self.filing.strays():", "for each in ():", (ATTACHMENTS, "without_a_row"),
    ),
    Safeguard(
        "a container is unpacked no further than its stated size", "reconciliation/filing.py",
        "                if count >= most:\n                    return most\n", "",
        ("tests/unit/test_filing.py", "bomb"), quick=True,
    ),
    # --- replay
    Safeguard(
        "the replay looks at the platform's rows as they are", "reconciliation/checks/replay.py",
        'pc.equal(actual, shown.column("fingerprint"))',
        "pc.is_in(shown.column(\"key\"), value_set=one(shown.column(\"key\")))", (REPLAY, "changed_on_the_platform"),
    ),
    Safeguard(
        "the replay looks at what is kept", "reconciliation/checks/replay.py",
        "same = pc.and_(kept, pc.or_(pc.fill_null(alike, False), pc.invert(_accepted(piece))))",
        "same = pc.or_(kept, alike)", (REPLAY, "without_a_trace"),
    ),
    Safeguard(
        "a root that would end otherwise is told", "reconciliation/checks/replay.py",
        "same = pc.and_(kept, ", "same = pc.or_(pc.invert(_accepted(piece)), ", (REPLAY, "end_otherwise"),
    ),
    # --- quality
    Safeguard(
        "what Great Expectations does not answer is no pass", "reconciliation/quality/gx.py",
        "bool(told.success))\n    return None", "bool(told.success))\n    return Answer(1, 1, 0, True)",
        (QUALITY, "does_not_answer"),
    ),
    Safeguard(
        "Great Expectations makes no temporary table", "reconciliation/quality/gx.py",
        "            create_temp_table=False,\n", "            create_temp_table=True,\n", (QUALITY, "only_asked"),
    ),
    Safeguard(
        "Great Expectations throws no pool away", "reconciliation/quality/gx.py",
        "            self._connection.close()\n            self._connection = None\n",
        "            self._connection.close()\n        self.engine.dispose()\n", (QUALITY, "stays_its_owners"),
    ),
    Safeguard(
        "Data Docs hold counts alone", "reconciliation/quality/gx.py",
        '{"result_format": "BASIC", "partial_unexpected_count": 0}', '{"result_format": "SUMMARY"}',
        (QUALITY, "no_value_of_a_row"),
    ),
    Safeguard(
        "Data Docs fetch nothing", "reconciliation/quality/gx.py",
        '_ELSEWHERE.sub("", page)', "page", (QUALITY, "fetch_nothing"),
    ),
    Safeguard(
        "the quality check cannot write to the platform", "reconciliation/checks/quality.py",
        '    connection.execute("SET default_transaction_read_only = on")\n', "", (QUALITY, "cannot_write"),
    ),
    Safeguard(
        "files in folders of the evidence are hashed", "reconciliation/folder.py",
        'self.path.rglob("*")', 'self.path.glob("*")', (QUALITY, "part_of_the_evidence"),
    ),
    # --- reports
    Safeguard(
        "what no entity reaches is in the books of a report", "migrate/state/tracing.py",
        "found_in = 'loose' AND state", "FALSE AND state", (STATE, "name_no_entity"),
    ),
    Safeguard(
        "a page that says the same says what was allowed", "reconciliation/report/templates/said.html",
        "if report.allowed or report.in_flight else", "if False else", (REPORT, "says_beside_it"), quick=True,
    ),
    Safeguard(
        "what comes from data is escaped in a page", "reconciliation/report/html.py",
        "        autoescape=True,\n", "        autoescape=False,\n", (REPORT, "becomes_an_element"), quick=True,
    ),
    Safeguard(
        "a page allows no script", "reconciliation/report/html.py",
        "default-src 'none'; ", "", (REPORT, "allows_no_script"), quick=True,
    ),
    Safeguard(
        "no text of a spreadsheet begins a formula", "reconciliation/report/csv.py",
        """f"'{text}" if text.startswith(tuple(ALIVE)) else text""", "text", (REPORT, "begins_a_formula"), quick=True,
    ),
    Safeguard(
        "values are masked in a page", "reconciliation/report/differences.py",
        "legacy if unmask else masked(legacy)", "legacy", (REPORT, "no_value_of_a_person"), quick=True,
    ),
    Safeguard(
        "values are masked in a table", "reconciliation/report/csv.py",
        "batch if unmask else _masked(batch)", "batch",
        (REPORT, "no_value_of_a_person"), quick=True,
    ),
    Safeguard(
        "values are masked in a bundle", "reconciliation/report/bundle.py",
        "if unmask or file not in (SALT, DIFFERENCES):", "if True:", (BUNDLE, "holds_no_value"), quick=True,
    ),
    Safeguard(
        "nobody can try values until the hash of the differences fits", "reconciliation/folder.py",
        'keyed = file == "differences.jsonl"', "keyed = False", (FINDINGS, "lacks_the_salt"), quick=True,
    ),
    Safeguard(
        "a report with values is in the ledger", "migrate/cli/commands/report.py",
        "    if unmask:\n        project", "    if False:\n        project", (CLI, "report_shows_values"),
    ),
    Safeguard(
        "a share is never rounded to all", "reconciliation/report/language.py",
        'if Decimal("99.9") < share < 100:', "if False:", (WORDS, "never_rounded"), quick=True,
    ),
    Safeguard(
        "a share is never rounded to none", "reconciliation/report/language.py",
        'if share < Decimal("0.1"):', "if False:", (WORDS, "never_rounded"), quick=True,
    ),
    Safeguard(
        "what nobody asked is not known, and not good", "reconciliation/report/figures.py",
        "        return State.UNKNOWN\n    return State.GOOD if", "        return State.GOOD\n    return State.GOOD if",
        (REPORT, "no_number_is_good"), quick=True,
    ),
    Safeguard(
        "what was compared in part is not good", "reconciliation/report/figures.py",
        "return State.GOOD if answered == len(results) else State.LOOK", "return State.GOOD",
        (REPORT, "in_part"), quick=True,
    ),
    Safeguard(
        "nothing compared is not the same", "reconciliation/model.py",
        "return Verdict.SAME if results == {Result.SAME} else Verdict.INCOMPLETE", "return Verdict.SAME",
        (REPORT, "never_as_the_same"), quick=True,
    ),
    Safeguard(
        "a report is of evidence that nobody changed", "reconciliation/folder.py",
        "        folder.verify()\n", "", ("tests/unit/test_report_command.py", "changed_is_refused"), quick=True,
    ),
    Safeguard(
        "a bundle's findings are worked out again", "reconciliation/verify_bundle.py",
        "        if ours != theirs:", "        if False:", (BUNDLE, "does_not_follow"), quick=True,
    ),
    Safeguard(
        "a bundle's files are the listed ones", "reconciliation/verify_bundle.py",
        "        if not right:", "        if False:", (BUNDLE, "one_changed_byte"), quick=True,
    ),
    Safeguard(
        "a difference without a key counts", "reconciliation/findings.py",
        '([], "count_all")', '("key", "count")', (FINDINGS, "without_a_key"), quick=True,
    ),
    # --- what counts, what is allowed, what the other checks look at
    Safeguard(
        "a figure that does not balance is no pass", "reconciliation/findings.py",
        "bool(real or unbalanced)", "bool(real)", (FINDINGS, "balance"), quick=True,
    ),
    Safeguard(
        "an expired allowance covers nothing", "reconciliation/allowances.py",
        "in_force = [each for each in self.given if each.expires >= self.today]", "in_force = list(self.given)",
        (ALLOWANCES, "expired"), quick=True,
    ),
    Safeguard(
        "nobody allows what is their own", "reconciliation/allowances.py",
        "if allowance.owner and _person(allowance.owner) == _person(allowance.approved_by):", "if False:",
        (ALLOWANCES, "every_mistake"), quick=True,
    ),
    Safeguard(
        "more than were expected count", "reconciliation/allowances.py",
        "self.used[each.name] < each.at_most", "True", (ALLOWANCES, "more_than"), quick=True,
    ),
    Safeguard(
        "what came after the last whole step is cut off", "reconciliation/folder.py",
        "stream.truncate(size)", "stream.tell()", (RESUME, "cut_off"),
    ),
    Safeguard(
        "one that is still at work is not resumed", "reconciliation/folder.py",
        "fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)", "pass", (FINDINGS, "still_at_work"), quick=True,
    ),
    Safeguard(
        "nobody resumes what lost lines", "reconciliation/folder.py",
        "        if short:", "        if False:", (FINDINGS, "lost_lines"), quick=True,
    ),
    Safeguard(
        "half a manifest is no evidence", "reconciliation/folder.py",
        'if not (isinstance(told, dict) and isinstance(told.get("files"), dict)):', "if False:",
        (FINDINGS, "half_a_manifest"), quick=True,
    ),
    Safeguard(
        "nothing is allowed before it is approved", "reconciliation/allowances.py",
        "allowance.approved_on > today", "False", (ALLOWANCES, "nobodys_approval"), quick=True,
    ),
    Safeguard(
        "another question is not resumed", "reconciliation/folder.py",
        "if ground[name] != before.get(name)", "if not name",
        (RESUME, "another_question"),
    ),
    Safeguard(
        "a row without a key is told", "reconciliation/checks/keys.py",
        "        if found.empty:\n", "        if False:\n", (CHECKS, "without_a_key"),
    ),
    Safeguard(
        "two keys of one row are told", "reconciliation/checks/identity.py",
        'pc.greater(one(counts.column("key_count")), 1)', 'pc.greater(one(counts.column("key_count")), 2)',
        (CHECKS, "planted_fault and identity"),
    ),
    Safeguard(
        "a merged key that lives is told", "reconciliation/checks/identity.py",
        'if row["key"] in living', 'if row["key"] not in living', (CHECKS, "merges"),
    ),
    Safeguard(
        "a key without an end is told", "reconciliation/checks/balance.py",
        "            if end not in ENDS:\n", "            if False:\n", (CHECKS, "every_key_has_one_end or balance"),
    ),
    Safeguard(
        "a table and its special cases are of one instant", "reconciliation/crosstab.py",
        "work.legacy(connection)", "work.legacy(evidence.legacy.source.engine.connect())",
        (CHECKS, "while_a_table_is_added_up"),
    ),
    Safeguard(
        "a list that a limit has cut says so", "reconciliation/checks/lines.py",
        "if listed < found:", "if False:", (CHECKS, "where_a_limit_cuts"),
    ),
    Safeguard(
        "a row longer than a block is read", "migrate/postgres.py",
        "block_size=len(text) + 1", "block_size=1 << 20", (COMPARE_ROWS, "some_megabytes"),
    ),
    Safeguard(
        "what is no code does not stand in the evidence", "reconciliation/crosstab.py",
        "values, UNKNOWN)\n\n    def _shown", "values, values)\n\n    def _shown", (CHECKS, "no_code"),
    ),
    Safeguard(
        "the drill works on a copy", "migrate/drilling/running.py",
        "url.set(database=copy)", "url", (DRILL, "what_it_was"),
    ),
    # --- equity
    Safeguard(
        "chances are corrected for how many there are", "reconciliation/equity.py",
        "corrected = iter(holm(raw))", "corrected = iter(raw)", (EQUITY, "no_more_often or ask_for_more"), quick=True,
    ),
    Safeguard(
        "what is sure and small is no disparity", "reconciliation/equity.py",
        "Standing.MORE if ratio >= RATIO else Standing.SLIGHTLY", "Standing.MORE", (EQUITY, "told_apart"), quick=True,
    ),
    Safeguard(
        "small groups are told together", "reconciliation/checks/equity.py",
        "told = suppressed(groups)", "told = groups", ("tests/integration/test_check_equity.py", "small"),
    ),
    Safeguard(
        "one small group is never told alone", "reconciliation/equity.py",
        "while rest and _together(small).small:", "while False:",
        (EQUITY, "next_smallest or worked_out"), quick=True,
    ),
    Safeguard(
        "a small group is not named openly", "reconciliation/checks/equity.py",
        "value if value in shown else SMALL", "value", ("tests/integration/test_check_equity.py", "not_named_openly"),
        quick=True,
    ),
    # --- the differ
    Safeguard(
        "differ: what no legacy key asks for is looked for", "reconciliation/strangers.py",
        "there != found.counts if found.exact", "there < found.counts if found.exact",
        ("tests/unit/test_strangers.py", "exactly"), quick=True,
    ),
    Safeguard(
        "differ: a count is believed in its own snapshot alone", "reconciliation/strangers.py",
        "whole = within is None and found.exact", "whole = within is None",
        ("tests/unit/test_strangers.py", "came_while"), quick=True,
    ),
    Safeguard(
        "differ: a survivor asked for twice is counted once", "reconciliation/strangers.py",
        "own = ids.filter(pc.is_in(ids, value_set=expectation.derived))", "own = ids",
        ("tests/unit/test_strangers.py", "twice"), quick=True,
    ),
    Safeguard(
        "differ: an error of a reader ends the comparison", "reconciliation/ahead.py",
        "            end = error\n", "            end = None\n",
        ("tests/unit/test_ahead.py", "raises"), quick=True,
    ),
)  # fmt: skip
