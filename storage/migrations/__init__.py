"""Alembic's migrations, run in the process at start, on SQLite and on PostgreSQL alike."""
