"""Attached files: which revision of a file is the one in force."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from migrate.transform.registry import Reverse, step
from migrate.transform.series import series, text


@step(reverse=Reverse.ONE_WAY, note="the number of the revision")
def latest_revision(values: pd.Series, *, of: pd.Series, name: pd.Series, extension: pd.Series) -> pd.Series:
    """Whether a revision is the highest of its file: `do: [{latest_revision: {of: PAR_ROW_ID, name: FILE_NAME, …}}]`.

    A file is what has one name and one extension under one parent row (`of`). Revisions are compared as numbers; one
    that is no number, or empty, comes before all numbers. Of several rows with the highest number, each is the latest.

    >>> cells(
    ...     latest_revision(
    ...         column("0", "10", "9", None),
    ...         of=column("1-A", "1-A", "1-A", "1-B"),
    ...         name=column("form", "form", "form", "form"),
    ...         extension=column("pdf", "pdf", "pdf", None),
    ...     )
    ... )
    [False, True, False, True]
    """
    parts = [pc.fill_null(text(part), "") for part in (of, name, extension)]
    files = pc.binary_join_element_wise(*parts, "\x1f").dictionary_encode()
    which = files.indices.to_numpy()
    if len(files.dictionary) == len(which):  # every file has one revision
        return series(pa.array(np.ones(len(which), np.bool_)), values.index)
    array = text(values)
    shaped = pc.fill_null(pc.match_substring_regex(array, r"^\d{1,15}$"), False)
    number = pc.if_else(shaped, array, "-1").cast(pa.int64()).to_numpy()
    highest = np.full(len(files.dictionary), -1, np.int64)
    np.maximum.at(highest, which, number)
    return series(pa.array(number == highest[which]), values.index)
