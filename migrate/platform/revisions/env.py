"""What Alembic runs around a set of revisions. Called by `migrate.platform.upgrading` only, inside its transaction.

The caller hands over the connection and the schema; there is no ini file, and no offline mode.
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema=context.config.attributes["schema"],
)
with context.begin_transaction():
    context.run_migrations()
