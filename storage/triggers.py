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
    # Lock, read the head and append in one trip, as `storage.ledger.link` does it in Python. VOLATILE, so that the
    # SELECT sees what was committed while it waited for the lock.
    """CREATE OR REPLACE FUNCTION ledger_append(org text, moment bigint, bodies bytea[]) RETURNS void
       LANGUAGE plpgsql VOLATILE AS $$
       DECLARE
         seq bigint; prev bytea; body bytea; digest bytea; nul CONSTANT bytea := '\\x00'::bytea;
       BEGIN
         PERFORM pg_advisory_xact_lock(hashtextextended('ledger ' || org, 0));
         SELECT l.sequence, l.hash INTO seq, prev FROM ledger l
           WHERE l.organisation_id = org ORDER BY l.sequence DESC LIMIT 1;
         IF NOT FOUND THEN
           seq := 0; prev := decode(repeat('00', 32), 'hex');
         END IF;
         FOREACH body IN ARRAY bodies LOOP
           seq := seq + 1;
           digest := sha256(convert_to('confer ledger 1', 'UTF8') || nul || prev || convert_to(org, 'UTF8') || nul
             || convert_to(seq::text, 'UTF8') || nul || convert_to(moment::text, 'UTF8') || nul || sha256(body));
           INSERT INTO ledger (organisation_id, sequence, at, body, previous, hash)
             VALUES (org, seq, moment, body, prev, digest);
           prev := digest;
         END LOOP;
       END $$""",
)


def put_triggers(connection: Connection) -> None:
    """Create what is missing; safe to run again."""
    for statement in _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE:
        connection.exec_driver_sql(statement)
