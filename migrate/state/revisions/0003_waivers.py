"""Keep who waived what, and when complaints were open before.

The statements stand beside this file, in `0003_waivers.sql`, as an administrator would review them.
"""

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of waivers and of earlier complaints, and an index by the survivor of a merge."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
