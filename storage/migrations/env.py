"""Alembic's own entry: runs the migrations on the connection that `storage.migrating` hands over."""

from alembic import context

from storage.tables import metadata

connection = context.config.attributes["connection"]
# On SQLite a batch ALTER rebuilds the table, which is the only way it can drop or change a column.
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
