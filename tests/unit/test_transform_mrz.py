"""Machine-readable zones against the specimens of ICAO Doc 9303."""

# ruff: noqa: DTZ001  times as they are stored, without a zone, are the subject here

from datetime import datetime

import pytest

from migrate.transform import mrz
from migrate.transform.series import STAMP, cells, column

# Specimens of Doc 9303, parts 4 (old and new passport), 6, 5 and 7.
SPECIMENS = {
    "TD3 old": (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C<3UTO6908061F9406236ZE184226B<<<<<14",
        None,
    ),
    "TD3": (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        None,
    ),
    "TD2": ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6", None),
    "TD1": (
        "I<UTOD231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<6",
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    ),
    "MRV-A": (
        "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
        None,
    ),
    "MRV-B": ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<", None),
    "TD1 long number": (
        "I<UTOD23145890<7349<<<<<<<<<<<",
        "3407127M9507122UTO<<<<<<<<<<<2",
        "STEVENSON<<PETER<JOHN<<<<<<<<<",
    ),
}
FIELDS = {
    "TD3 old": ("L898902C", "UTO", "690806", "F", "940623"),
    "TD3": ("L898902C3", "UTO", "740812", "F", "120415"),
    "TD2": ("D23145890", "UTO", "740812", "F", "120415"),
    "TD1": ("D23145890", "UTO", "740812", "F", "120415"),
    "MRV-A": ("L8988901C", "XXX", "400907", "F", "961210"),
    "MRV-B": ("L8988901C", "XXX", "400907", "F", "961210"),
    "TD1 long number": ("D23145890734", "UTO", "340712", "M", "950712"),
}
STEPS = (mrz.mrz_document_number, mrz.mrz_nationality, mrz.mrz_birth, mrz.mrz_sex, mrz.mrz_expiry)


def columns(*zones):
    return tuple(column(*lines) for lines in zip(*zones, strict=True))


@pytest.mark.parametrize("name", SPECIMENS)
def test_a_specimen_of_icao_passes_every_check(name):
    line1, line2, line3 = columns(SPECIMENS[name])
    assert cells(mrz.mrz_shape(line1, line2=line2, line3=line3)) == [False]
    assert cells(mrz.mrz_check_digits(line1, line2=line2, line3=line3)) == [False]
    assert cells(mrz.mrz_truncated_name(line1, line2=line2, line3=line3)) == [False]


@pytest.mark.parametrize("name", SPECIMENS)
def test_the_fields_of_a_specimen_are_read(name):
    line1, line2, line3 = columns(SPECIMENS[name])
    assert tuple(cells(step(line1, line2=line2, line3=line3))[0] for step in STEPS) == FIELDS[name]


def test_all_formats_of_one_column_are_told_apart():
    line1, line2, line3 = columns(*SPECIMENS.values(), (None, None, None))
    assert not any(cells(mrz.mrz_check_digits(line1, line2=line2, line3=line3)))
    numbers = cells(mrz.mrz_document_number(line1, line2=line2, line3=line3))
    assert numbers == [*(fields[0] for fields in FIELDS.values()), None]


def test_an_empty_optional_field_may_have_a_filler_for_a_check_digit():
    filled = "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<08"
    empty = "L898902C36UTO7408122F1204159<<<<<<<<<<<<<<<8"
    wrong = "L898902C36UTO7408122F1204159ZE184226B<<<<<<6"
    line1 = column(*[SPECIMENS["TD3"][0]] * 3)
    assert cells(mrz.mrz_check_digits(line1, line2=column(filled, empty, wrong))) == [False, False, True]


def test_a_filler_is_no_check_digit_of_a_date():
    line2 = column("L898902C36UTO740812<F1204159ZE184226B<<<<<10")
    assert cells(mrz.mrz_check_digits(column(SPECIMENS["TD3"][0]), line2=line2)) == [True]


@pytest.mark.parametrize(
    "lines",
    [
        ("P<UTO", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
        ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", None),
        ("p<utoeriksson<<anna<maria<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
        ("P<UTOERIKSSON<<ANNÉ<MARIA<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"),
        ("XXXXXXXX", "XXXXXXXX"),
    ],
)
def test_lines_of_no_format_are_found_and_nothing_is_read_from_them(lines):
    line1, line2 = columns(lines)
    assert cells(mrz.mrz_shape(line1, line2=line2)) == [True]
    assert cells(mrz.mrz_check_digits(line1, line2=line2)) == [False]
    read, refused = mrz.mrz_document_number(line1, line2=line2)
    assert (cells(read), cells(refused)) == ([None], [True])


def test_a_row_without_lines_is_not_judged():
    nothing = column(None, "")
    assert cells(mrz.mrz_shape(nothing, line2=nothing, line3=nothing)) == [False, False]


def test_records_beside_the_zone_are_compared():
    line1, line2, _ = columns(SPECIMENS["TD3"])
    differs = {
        mrz.mrz_number_differs: ("number", column("L898902C3"), column("L898902C4")),
        mrz.mrz_birth_differs: ("birth", column("1974-**-12"), column("1973-08-12")),
        mrz.mrz_sex_differs: ("sex", column("Female"), column("M")),
        mrz.mrz_expiry_differs: (
            "expiry",
            column(datetime(2012, 4, 15), kind=STAMP),
            column(datetime(2013, 4, 15), kind=STAMP),
        ),
    }
    for rule, (option, same, other) in differs.items():
        assert cells(rule(line1, line2=line2, **{option: same})) == [False]
        assert cells(rule(line1, line2=line2, **{option: other})) == [True]


def test_unknown_parts_of_a_birth_date_differ_from_nothing():
    line2 = column("L898902C36UTO74<<<<4F1204159ZE184226B<<<<<10")
    line1 = column(SPECIMENS["TD3"][0])
    assert cells(mrz.mrz_birth_differs(line1, line2=line2, birth=column("1974-08-12"))) == [False]
    assert cells(mrz.mrz_birth_differs(line1, line2=line2, birth=column("1975-08-12"))) == [True]


@pytest.mark.parametrize(
    ("code", "unknown"),
    [("CAN", False), ("D<<", False), ("XXA", False), ("SUN", False), ("UTO", True), ("QQQ", True)],
)
def test_a_nationality_is_looked_up(code, unknown):
    line1 = column(SPECIMENS["TD3"][0].replace("UTO", "CAN"))
    line2 = column(SPECIMENS["TD3"][1].replace("UTO", code))
    assert cells(mrz.mrz_unknown_country(line1, line2=line2)) == [unknown]


def test_the_century_is_in_doubt_only_while_no_record_knows_it():
    line1 = column(*[SPECIMENS["TD3"][0]] * 3)
    line2 = column(*[SPECIMENS["TD3"][1].replace("740812", "240812")] * 2, SPECIMENS["TD3"][1])
    birth = column(None, "2024-**-**", None)
    assert cells(mrz.mrz_century_doubt(line1, line2=line2, birth=birth, as_of=datetime(2026, 1, 1))) == [
        True,
        False,
        False,
    ]
