"""Oracle: the Arrow frames of oracledb's thin mode, which needs no Oracle client."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from migrate.extract.ways import compiled
from migrate.extract.ways.plain import PlainWay


class FramesWay(PlainWay):
    """An oracledb connection of an engine; numbers arrive as decimals, never as binary fractions."""

    def blocks(self, statement: sa.Select[Any], schema: pa.Schema) -> Iterator[pa.Table]:
        """See `Way`."""
        del schema
        text, values = compiled(statement, self._connection.dialect)
        for frame in self.driver.fetch_df_batches(text, values, size=self._block_rows, fetch_decimals=True):
            yield pa.table(frame)
