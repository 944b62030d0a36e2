"""Create the state.

The statements stand beside this file, in `0001_state.sql`, as an administrator would review them.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the state, with indexes and comments, and the ledger's guard."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
