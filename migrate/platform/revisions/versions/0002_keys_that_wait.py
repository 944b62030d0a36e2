"""Let foreign keys within an application wait for the end of a transaction.

An invoice may go before the payment that stays is said to settle none any more. PostgreSQL changes no row for it.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

KEYS = (
    ("payment", "fk_payment__invoice_id"),
    ("assessment", "fk_assessment__payment_id"),
    ("correspondence", "fk_correspondence__payment_id"),
    ("online_event", "fk_online_event__payment_id"),
    ("task", "fk_task__payment_id"),
)


def upgrade() -> None:
    """Make them deferrable."""
    for table, key in KEYS:
        op.execute(f"ALTER TABLE {table} ALTER CONSTRAINT {key} DEFERRABLE INITIALLY IMMEDIATE")
