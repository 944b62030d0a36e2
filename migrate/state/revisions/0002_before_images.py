"""Keep what a run overwrites, so that it can be taken back.

The statements stand beside this file, in `0002_before_images.sql`, as an administrator would review them.
"""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of before-images, and the triggers that keep what the state's own lines were."""
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
