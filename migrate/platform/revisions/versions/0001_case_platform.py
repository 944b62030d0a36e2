"""Create the case platform.

The statements stand beside this file, in `0001_case_platform.sql`, as an administrator would review them.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the model, with constraints, indexes and comments."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
