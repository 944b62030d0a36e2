"""A block without damage breaks no rule of the legacy: what is wrong in a sample was planted."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
import phonenumbers
import pytest

from migrate.sample import data
from migrate.sample.block import Block, id_range, make_block, random_stream
from migrate.sample.schema import TABLES
from migrate.sample.world import World, make_world

FRENCH_OR_ENGLISH = {"D", "MD"}


@pytest.fixture(scope="module")
def world() -> World:
    """The world of a small sample."""
    return make_world(random_stream(5, 0), id_range(0), 700)


@pytest.fixture(scope="module")
def block(world: World) -> Block:
    """A clean block."""
    return make_block(5, 0, 700, world, 2)


@pytest.fixture(scope="module")
def frames(world: World, block: Block) -> dict[str, pd.DataFrame]:
    """All rows by table, with every column of the schema."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for rows in (*world.tables, *block.tables.values()):
        frame = pd.DataFrame({column.name: rows[column.name].to_pandas() for column in rows.table.columns})
        parts.setdefault(rows.table.name, []).append(frame)
    return {name: pd.concat(found, ignore_index=True) for name, found in parts.items()}


def references() -> Iterator[tuple[str, str, str]]:
    """Every logical foreign key: table, column, parent."""
    for table in TABLES.values():
        for column in table.columns:
            if column.parent:
                yield table.name, column.name, column.parent


def test_every_reference_has_its_parent(frames: dict[str, pd.DataFrame]) -> None:
    """No orphan and no dangling pointer in any logical foreign key."""
    dangling = []
    for table, column, parent in references():
        values = frames[table][column].dropna() if table in frames else pd.Series(dtype=object)
        if not values.isin(frames[parent]["ROW_ID"]).all():
            dangling.append(f"{table}.{column}")
    assert dangling == []


def test_row_ids_are_unique_in_the_whole_database(frames: dict[str, pd.DataFrame]) -> None:
    """Only the 1:1 tables of one party share a ROW_ID."""
    shared = {
        "S_CONTACT",
        "S_CONTACT_X",
        "S_ORG_EXT",
        "S_BU",
        "S_USER",
        "S_POSTN",
        "S_CASE_X",
        "S_DOCK_TXN_LOG",
    }
    ids = pd.concat(
        [frame["ROW_ID"] for name, frame in frames.items() if "ROW_ID" in frame and name not in shared]
    )
    assert ids.is_unique


def test_user_keys_are_unique(frames: dict[str, pd.DataFrame]) -> None:
    """Also where a database would let them pass for a NULL in them."""
    doubled = []
    for name, frame in frames.items():
        key = list(TABLES[name].user_key)
        if key and TABLES[name].enforced and frame.duplicated(key).any():
            doubled.append(name)
    assert doubled == []


def test_required_columns_are_filled_and_widths_are_kept(frames: dict[str, pd.DataFrame]) -> None:
    """Widths count characters."""
    wrong = []
    for name, frame in frames.items():
        for column in TABLES[name].columns:
            values = frame[column.name]
            if column.required and column.default is None and values.isna().any():
                wrong.append(f"{name}.{column.name} is null")
            if column.width is not None and (values.dropna().str.len() > column.width).any():
                wrong.append(f"{name}.{column.name} is too long")
    assert wrong == []


def test_codes_are_in_their_lists_in_the_form_their_column_stores(frames: dict[str, pd.DataFrame]) -> None:
    """LIC in M columns, display texts in D columns, both in MD columns."""
    wrong = []
    for name, frame in frames.items():
        for column in TABLES[name].columns:
            if column.lov is None or column.storage is None:
                continue
            values = data.value_list(column.lov)
            allowed = set(values.lic) if "M" in column.storage else set()
            if column.storage in FRENCH_OR_ENGLISH:
                allowed |= {*values.english.to_pylist(), *values.french.to_pylist()}
            unknown = set(frame[column.name].dropna()) - allowed
            if unknown:
                wrong.append((name, column.name, unknown))
    assert wrong == []


def test_categories_belong_to_the_line_of_business(frames: dict[str, pd.DataFrame]) -> None:
    """A category is a child of its line of business."""
    pairs = {
        (line["PARENT_NAME"], line["NAME"]) for line in data.rows("lov") if line["TYPE"] == "IRCC_CATEGORY"
    }
    cases = frames["S_CASE"]
    assert set(zip(cases["X_LOB_CD"], cases["X_CATEGORY_CD"], strict=True)) <= pairs


def test_client_identifiers_are_unique(frames: dict[str, pd.DataFrame]) -> None:
    """One UCI for one client, of eight or ten digits."""
    clients = frames["S_CONTACT"].query("CON_CD == 'Client'")
    assert clients["X_UCI_NUM"].is_unique
    assert clients["X_UCI_NUM"].str.fullmatch(r"\d{8}|\d{10}").all()


def test_application_numbers_have_their_form(frames: dict[str, pd.DataFrame]) -> None:
    """Letters and eight or nine digits."""
    assert frames["S_CASE"]["CASE_NUM"].str.fullmatch(r"[A-Z]{1,3}\d{8,9}").all()


def test_row_ids_have_the_legacy_form(frames: dict[str, pd.DataFrame]) -> None:
    """Prefix and suffix, or three parts, at most 15 characters."""
    form = r"[0-9A-Z]{1,2}[-+][0-9A-Z]{1,7}([-+][0-9A-Z]{1,7})?"
    assert all(
        frame["ROW_ID"].dropna().str.fullmatch(form).all() for frame in frames.values() if "ROW_ID" in frame
    )


def test_dates_of_an_application_are_in_order(frames: dict[str, pd.DataFrame]) -> None:
    """Received, opened, decided, closed; locked in before the decision."""
    cases = frames["S_CASE"]
    closed = cases[cases["CLOSED_DT"].notna()]
    assert (cases["X_RECEIVED_DT"] <= cases["OPENED_DT"]).all()
    assert (closed["OPENED_DT"] <= closed["CLOSED_DT"]).all()
    assert (closed["X_RECEIVED_DT"] <= closed["X_DECISION_DT"]).all()
    locked = closed[closed["X_LOCK_IN_DT"].notna()]
    assert (locked["X_LOCK_IN_DT"] <= locked["X_DECISION_DT"]).all()


def test_persons_are_born_before_their_first_application_and_die_after_birth(
    frames: dict[str, pd.DataFrame],
) -> None:
    """No impossible life."""
    people = frames["S_CONTACT"].set_index("ROW_ID")
    cases = frames["S_CASE"]
    assert (
        people["BIRTH_DT"].reindex(cases["APPLICANT_ID"]).to_numpy() < cases["X_RECEIVED_DT"].to_numpy()
    ).all()
    dead = people[people["DEATH_DT"].notna()]
    assert (dead["BIRTH_DT"] < dead["DEATH_DT"]).all()
    assert people["BIRTH_DT"].min() > pd.Timestamp("1900-01-01")
    assert not ((people["BIRTH_DT"].dt.month == 1) & (people["BIRTH_DT"].dt.day == 1)).any()


def test_dates_without_time_stand_at_midnight(frames: dict[str, pd.DataFrame]) -> None:
    """Columns of type d hold 00:00:00."""
    wrong = []
    for name, frame in frames.items():
        for column in TABLES[name].columns:
            if column.type == "d":
                values = frame[column.name].dropna()
                if not (values == values.dt.normalize()).all():
                    wrong.append(f"{name}.{column.name}")
    assert wrong == []


def test_no_wall_time_falls_into_a_change_of_the_clocks(frames: dict[str, pd.DataFrame]) -> None:
    """Local times can be localised without doubt."""
    for name, frame in frames.items():
        for column in TABLES[name].columns:
            if column.type == "dtl":
                frame[column.name].dropna().dt.tz_localize("America/Toronto")


def test_every_application_has_one_principal_applicant_and_counts_its_persons(
    frames: dict[str, pd.DataFrame],
) -> None:
    """The PA row is the applicant; X_NUM_CLIENTS counts S_CASE_CON."""
    cases, roles = frames["S_CASE"].set_index("ROW_ID"), frames["S_CASE_CON"]
    principal = roles.query("RELATION_TYPE_CD == 'PA'").set_index("CASE_ID")["CONTACT_ID"]
    assert principal.index.is_unique
    assert principal.reindex(cases.index).equals(cases["APPLICANT_ID"].rename("CONTACT_ID"))
    assert (roles.groupby("CASE_ID").size().reindex(cases.index) == cases["X_NUM_CLIENTS"]).all()


def test_the_representative_in_force_is_the_one_the_application_names(
    frames: dict[str, pd.DataFrame],
) -> None:
    """PR_REP_CON_ID agrees with the accepted IMM5476 row."""
    cases = frames["S_CASE"].set_index("ROW_ID")["PR_REP_CON_ID"].dropna()
    rows = frames["S_CASE_CON"].query("RELATION_TYPE_CD == 'REP'").set_index("CASE_ID")["CONTACT_ID"]
    assert cases.sort_index().to_dict() == rows.sort_index().to_dict()


def test_the_identifier_copied_at_intake_is_the_applicants(frames: dict[str, pd.DataFrame]) -> None:
    """X_UCI_SNAP equals X_UCI_NUM."""
    identifiers = frames["S_CONTACT"].set_index("ROW_ID")["X_UCI_NUM"]
    cases = frames["S_CASE"]
    assert (identifiers.reindex(cases["APPLICANT_ID"]).to_numpy() == cases["X_UCI_SNAP"].to_numpy()).all()


def test_paid_invoices_are_settled_to_the_cent_and_open_ones_not_at_all(
    frames: dict[str, pd.DataFrame],
) -> None:
    """Payments and refunds add up to the total."""
    invoices = frames["S_INVOICE"].set_index("ROW_ID")
    sums = frames["S_SRC_PAYMENT"].groupby("INVOICE_ID")["PAY_AMT"].sum().reindex(invoices.index)
    paid = invoices["STATUS_CD"] == "Paid"
    assert (sums[paid] == invoices["TTL_INVC_AMT"][paid]).all()
    assert sums[~paid].isna().all()
    refunds = frames["S_SRC_PAYMENT"].query("PAY_TYPE_CD == 'Refund'")
    assert len(refunds)
    assert refunds["X_REFUND_OF_ID"].notna().all()
    assert (refunds["PAY_AMT"] < 0).all()


def test_phone_numbers_are_valid_in_the_legacy_form(frames: dict[str, pd.DataFrame]) -> None:
    """Domestic: digits only; international: plus, country code, digits."""
    numbers = frames["S_PER_COMM_ADDR"].query("COMM_MEDIUM_CD == 'Phone'")["ADDR"]
    assert numbers.str.fullmatch(r"\d{10}|\+\d{8,15}").all()
    invalid = [
        number for number in numbers if not phonenumbers.is_valid_number(phonenumbers.parse(number, "CA"))
    ]
    assert invalid == []


def test_canadian_postal_codes_are_well_formed(frames: dict[str, pd.DataFrame]) -> None:
    """Letter, digit, letter, blank, digit, letter, digit, with the letters in use."""
    addresses = frames["S_ADDR_PER"].query(f"COUNTRY == '{data.CANADA}'")
    letter = "[ABCEGHJ-NPRSTVWXYZ]"
    assert addresses["ZIPCODE"].str.fullmatch(rf"{letter}\d{letter} \d{letter}\d").all()


def test_machine_readable_zones_have_right_check_digits(frames: dict[str, pd.DataFrame]) -> None:
    """ICAO 9303 part 4, read by another implementation than the one that wrote them."""

    def check(text: str) -> str:
        values = [0 if char == "<" else int(char, 36) for char in text]
        return str(sum(value * (7, 3, 1)[place % 3] for place, value in enumerate(values)) % 10)

    lines = frames["S_CON_IDNTY_DOC"][["X_MRZ_LINE1", "X_MRZ_LINE2"]].dropna()
    assert len(lines) > 300
    for first, second in lines.itertuples(index=False):
        assert re.fullmatch(r"P<[A-Z<]{42}", first)
        assert re.fullmatch(r"[A-Z0-9<]{44}", second)
        assert second[9] == check(second[:9])
        assert second[19] == check(second[13:19])
        assert second[27] == check(second[21:27])
        assert second[43] == check(second[:10] + second[13:20] + second[21:43])


def test_restrictions_agree(frames: dict[str, pd.DataFrame]) -> None:
    """An application is restricted exactly when one of its notes is."""
    cases, notes = frames["S_CASE"], frames["S_NOTE_CASE"]
    restricted = set(cases.query("X_RESTRICTED_FLG == 'Y'")["ROW_ID"])
    assert restricted == set(notes.query("X_RESTRICTED_FLG == 'Y'")["SRC_ROW_ID"])
    assert set(notes["PRIV_FLG"]) == {"N"}


def test_closed_applications_have_a_decision_and_its_event(frames: dict[str, pd.DataFrame]) -> None:
    """Resolution, date, officer, and a completed finalisation."""
    closed = frames["S_CASE"].query("STAGE_CD == 'Closed'")
    assert closed[["RESOLUTION_CD", "X_DECISION_DT", "X_DECISION_BY", "CLOSED_DT"]].notna().all(axis=None)
    final = frames["S_EVT_ACT"].query("TODO_CD == 'FINALIZE'").set_index("CASE_ID")["EVT_STAT_CD"]
    assert final.index.is_unique
    assert set(final.reindex(closed["ROW_ID"])) == {"Complete", "Terminé"}


def test_open_applications_have_an_owner_a_due_date_and_a_next_activity(
    frames: dict[str, pd.DataFrame],
) -> None:
    """Nobody's file is forgotten."""
    cases = frames["S_CASE"]
    open_ = cases[cases["CLOSED_DT"].isna()]
    assert len(open_) > 50
    assert open_[["OWNER_PER_ID", "DUE_DT"]].notna().all(axis=None)
    pending = frames["S_EVT_ACT"].query(
        "EVT_STAT_CD in ['Not Started', 'In Progress', 'Non commencé', 'En cours']"
    )
    assert set(open_["ROW_ID"]) <= set(pending[pending["TODO_DUE_DT"].notna()]["CASE_ID"])


def test_contact_points_and_their_copies_agree(frames: dict[str, pd.DataFrame]) -> None:
    """The copies on S_CONTACT are the primary rows' values."""
    people, points = frames["S_CONTACT"], frames["S_PER_COMM_ADDR"].set_index("ROW_ID")
    for pointer, column in (("PR_PHONE_ID", "HOME_PH_NUM"), ("PR_EMAIL_ADDR_ID", "EMAIL_ADDR")):
        found = people[people[pointer].notna()]
        primary = points.reindex(found[pointer])
        assert (primary["ADDR"].to_numpy() == found[column].to_numpy()).all()
        assert (primary["PER_ID"].to_numpy() == found["ROW_ID"].to_numpy()).all()
        assert people[people[pointer].isna()][column].isna().all()


def test_nothing_happened_after_the_last_day_and_stamps_are_in_order(frames: dict[str, pd.DataFrame]) -> None:
    """CREATED never follows LAST_UPD."""
    for frame in frames.values():
        if "LAST_UPD" in frame:
            assert (frame["CREATED"] <= frame["LAST_UPD"]).all()
            assert frame["LAST_UPD"].max() <= pd.Timestamp("2026-07-01")


def test_volumes_follow_the_application(block: Block) -> None:
    """Rows per application are those of real life, within a tenth or so."""
    cases = len(block["S_CASE"])
    expected = {
        "S_CASE_CON": 1.7,
        "S_EVT_ACT": 12,
        "S_NOTE_CASE": 4,
        "S_CASE_ATT": 5,
        "S_INVOICE": 1,
        "S_SRC_PAYMENT": 1.1,
    }
    measured = {table: len(block[table]) / cases for table in expected}
    assert measured == pytest.approx(expected, rel=0.3)


def test_names_come_in_many_structures(frames: dict[str, pd.DataFrame]) -> None:
    """Mononyms, hyphens, apostrophes, double surnames and diacritics occur in the smallest sample."""
    people = frames["S_CONTACT"]
    family = people["LAST_NAME"]
    assert (people["X_SINGLE_NAME_FLG"] == "Y").sum() >= 5
    assert np.all([family.str.contains(mark).any() for mark in ("-", "'", " ", "[^ -~]")])
