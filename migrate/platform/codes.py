"""Code lists: the closed vocabularies of the platform, each a table with English and French labels.

The meaning of a list stands here, its codes in `codes/<list>.csv` (code,label_en,label_fr,active), in the
order in which people shall see them. To add a code, add a line; `migrate platform upgrade` carries it to
the database. Codes are never taken away, since rows may hold them: they are made inactive. To add a list,
add a line here, a file, and a revision.

Names of countries, languages and currencies follow Unicode CLDR; country codes are those of ICAO Doc 9303.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import Boolean, Column, Integer, String, Table

from migrate.platform.schema import METADATA

CODE_LISTS = {
    "activity_status": "States of an assessment, task or letter.",
    "address_use": "What an address is used for.",
    "appeal_body": "Tribunals and courts that hear appeals.",
    "appeal_outcome": "Outcomes of an appeal.",
    "application_reason": "Reasons of an application's status.",
    "application_stage": "Stages of processing.",
    "application_status": "Statuses of an application.",
    "application_type": "Kinds of file.",
    "assessment_result": "Results of an assessment.",
    "assessment_type": "What is assessed.",
    "association_type": "Kinds of link between applications.",
    "attachment_type": "What an attached document is.",
    "authority_form": "Forms by which a client gives authority.",
    "authority_status": "States of an authority.",
    "birth_date_type": "Kinds of birth date.",
    "case_role": "Parts that persons take in an application.",
    "category": "Categories of application within a line of business.",
    "channel": "Ways by which applications come in.",
    "client_status": "Standings of a client.",
    "contact_medium": "Media of contact.",
    "contact_use": "What a telephone number or e-mail address is used for.",
    "cost_recovery": "States of the recovery of costs.",
    "country": "Countries and authorities, present and historic, as in travel documents (ICAO Doc 9303).",
    "currency": "Currencies (ISO 4217).",
    "decision": "Final decisions.",
    "direction": "Directions of correspondence.",
    "disposition": "What is to become of a file at the end of its retention.",
    "document_register": "Registers of identity documents.",
    "document_status": "Standings of a document.",
    "document_type": "Types of identity, civil and issued documents.",
    "fee_state": "States of a fee that is due on its own.",
    "fee_type": "What a fee is for.",
    "governing_body": "Bodies that govern the professions of representatives.",
    "household_role": "Parts in a household.",
    "identifier_scheme": "Series of numbers that identify persons.",
    "identifier_status": "Standings of an identifier.",
    "invoice_status": "States of an invoice.",
    "invoice_type": "Kinds of invoice.",
    "language": "Languages (ISO 639-1, or 639-3 where that has none).",
    "letter_template": "Templates of letters.",
    "line_of_business": "Lines of business.",
    "marital_status": "Marital statuses.",
    "name_source": "Sources of a name's spelling.",
    "name_type": "Kinds of name.",
    "note_type": "Kinds of note.",
    "organisation_type": "Kinds of organisation.",
    "party_status": "Whether a party still takes part.",
    "payment_method": "Methods of payment.",
    "payment_status": "States of a payment.",
    "payment_type": "Kinds of payment.",
    "position_type": "Kinds of position.",
    "priority": "Priorities.",
    "processing_office": "Offices that process applications.",
    "program": "Special programs and public policies.",
    "reference_scheme": "Series of numbers by which others know an application.",
    "relation": "What one person is to another.",
    "relation_status": "Whether a link between persons lasts.",
    "representative_type": "Whether a representative is paid.",
    "resident_status": "Statuses of residence in Canada.",
    "restriction_class": "Reasons why a note is restricted.",
    "sex": "Sex or gender.",
    "storage": "Whether a document is a file or a link.",
    "task_type": "Kinds of task.",
    "user_status": "Standings of a user.",
}


@dataclass(frozen=True, slots=True)
class Code:
    """One code of a list: its labels in both official languages and its place, counted from 1."""

    code: str
    label_en: str
    label_fr: str
    is_active: bool
    sort_order: int


@cache
def codes(code_list: str) -> tuple[Code, ...]:
    """The codes of a list in their order, from the packaged file. Raises KeyError for an unknown list."""
    if code_list not in CODE_LISTS:
        raise KeyError(code_list)
    return tuple(_read(code_list))


def _read(code_list: str) -> Iterator[Code]:
    lines = (files(__package__) / "codes" / f"{code_list}.csv").read_text(encoding="utf-8").splitlines()
    for order, row in enumerate(csv.DictReader(lines), start=1):
        yield Code(row["code"], row["label_en"], row["label_fr"], row["active"] == "Y", order)


def _code_table(code_list: str, meaning: str) -> Table:
    columns: tuple[Column[Any], ...] = (
        Column("code", String(30), primary_key=True, comment="The code, independent of language."),
        Column("label_en", String(200), nullable=False, comment="Label in English."),
        Column("label_fr", String(200), nullable=False, comment="Label in French."),
        Column(
            "is_active",
            Boolean(),
            nullable=False,
            comment="May be given to new records; old ones keep it anyway.",
        ),
        Column("sort_order", Integer(), nullable=False, comment="Place in the list, from 1."),
    )
    return Table(
        f"code_{code_list}",
        METADATA,
        *columns,
        comment=meaning,
        info={"root": None, "root_id": None, "code_list": code_list},
    )


for _list, _meaning in CODE_LISTS.items():
    _code_table(_list, _meaning)
