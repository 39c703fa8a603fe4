"""The triggers that keep the ledger append-only. They stop bugs and slips, not whoever owns the database."""

from __future__ import annotations

from sqlalchemy import Connection

_SQLITE = (
    """CREATE TRIGGER IF NOT EXISTS ledger_no_update BEFORE UPDATE ON ledger
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS ledger_no_delete BEFORE DELETE ON ledger
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    # INSERT OR REPLACE deletes without firing the delete trigger, so a taken sequence is refused here.
    """CREATE TRIGGER IF NOT EXISTS ledger_no_replace BEFORE INSERT ON ledger
       WHEN EXISTS (SELECT 1 FROM ledger WHERE organisation_id = NEW.organisation_id AND sequence = NEW.sequence)
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
)

_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$""",
    "DROP TRIGGER IF EXISTS ledger_no_change ON ledger",
    """CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
       FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()""",
    # ALWAYS: also in a session that says it is a replica, where ordinary triggers sleep.
    "ALTER TABLE ledger ENABLE ALWAYS TRIGGER ledger_no_change",
    # VOLATILE, so that the SELECT sees what was committed while it waited for the lock.
    """CREATE OR REPLACE FUNCTION ledger_head(org text) RETURNS TABLE (sequence bigint, hash bytea)
       LANGUAGE plpgsql VOLATILE AS $$
       BEGIN
         PERFORM pg_advisory_xact_lock(hashtextextended('ledger ' || org, 0));
         RETURN QUERY SELECT l.sequence, l.hash FROM ledger l
           WHERE l.organisation_id = org ORDER BY l.sequence DESC LIMIT 1;
       END $$""",
)


def put_triggers(connection: Connection) -> None:
    """Create what is missing; safe to run again."""
    for statement in _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE:
        connection.exec_driver_sql(statement)
