"""Alembic's entry: migrates the fixed tables over the connection that `engine.schema.migrate` hands in."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=None, version_table="fl_alembic", transactional_ddl=True)
context.run_migrations()
