"""The triggers that keep the ledger append-only, and a practice one. They stop slips, not whoever owns the database.

The rule to keep: what is there is left alone. To put a trigger anew waits for everybody who is in the ledger, and
everybody else waits behind that.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage.anew import FUNCTION

log = logging.getLogger(__name__)

_SQLITE = (
    """CREATE TRIGGER IF NOT EXISTS ledger_no_update BEFORE UPDATE ON ledger
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS ledger_no_delete BEFORE DELETE ON ledger
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    # INSERT OR REPLACE deletes without firing the delete trigger, so a taken sequence is refused here.
    """CREATE TRIGGER IF NOT EXISTS ledger_no_replace BEFORE INSERT ON ledger
       WHEN EXISTS (SELECT 1 FROM ledger WHERE organisation_id = NEW.organisation_id AND sequence = NEW.sequence)
       BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS practice_stays BEFORE UPDATE OF practice ON consultations
       WHEN NEW.practice IS NOT OLD.practice
       BEGIN SELECT RAISE(ABORT, 'a practice stays one, and nothing else becomes one'); END""",
)

_GUARD = """CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"""

_PRACTICE = """CREATE OR REPLACE FUNCTION practice_stays() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN RAISE EXCEPTION 'a practice stays one, and nothing else becomes one'; END $$"""

# Lock, read the head and append in one trip, as `storage.ledger.link` does it in Python. VOLATILE, so that the SELECT
# sees what was committed while it waited for the lock.
_APPEND = """CREATE OR REPLACE FUNCTION ledger_append(org text, moment bigint, bodies bytea[]) RETURNS void
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
       END $$"""

_FUNCTIONS = {
    "ledger_is_append_only": _GUARD,
    "practice_stays": _PRACTICE,
    "ledger_append": _APPEND,
    "write_anew": FUNCTION,
}

_LEDGER = (
    "SET LOCAL lock_timeout = '2s'",
    "DROP TRIGGER IF EXISTS ledger_no_change ON ledger",
    """CREATE TRIGGER ledger_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
       FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()""",
    # ALWAYS: also in a session that says it is a replica, where ordinary triggers sleep.
    "ALTER TABLE ledger ENABLE ALWAYS TRIGGER ledger_no_change",
)

# Only what names the column wakes it: no other change of a consultation asks anything.
_CONSULTATIONS = (
    "SET LOCAL lock_timeout = '2s'",
    "DROP TRIGGER IF EXISTS practice_no_change ON consultations",
    """CREATE TRIGGER practice_no_change BEFORE UPDATE OF practice ON consultations
       FOR EACH ROW WHEN (NEW.practice IS DISTINCT FROM OLD.practice) EXECUTE FUNCTION practice_stays()""",
    "ALTER TABLE consultations ENABLE ALWAYS TRIGGER practice_no_change",
)

_THERE = text(
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND proname = ANY(:names)"
)
# 58: before (2), delete (8), update (16), truncate (32), for each statement (no 1); pg_trigger.tgtype. 19: before an
# update, for each row (1).
_GUARDS = (
    ("ledger's", "ledger", "ledger_no_change", 58, "ledger_is_append_only", _LEDGER),
    ("practices'", "consultations", "practice_no_change", 19, "practice_stays", _CONSULTATIONS),
)
_GUARDED = text(
    "SELECT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass(:table) AND tgname = :trigger "
    "AND tgenabled = 'A' AND tgtype = :type AND tgfoid = to_regproc(:function))"
)
_BUSY = "55P03"  # lock_not_available


def put_triggers(connection: Connection) -> None:
    """Create what is missing; safe to run again. On PostgreSQL only the owner of the tables can.

    A function of ours is the same one while its body is: whoever changes its head changes a word of its body too.
    """
    if connection.dialect.name != "postgresql":
        for statement in _SQLITE:
            connection.exec_driver_sql(statement)
        return
    there: dict[Any, Any] = {row.proname: row.prosrc for row in connection.execute(_THERE, {"names": list(_FUNCTIONS)})}
    for name, statement in _FUNCTIONS.items():
        if there.get(name) != statement.split("$$")[1]:
            connection.exec_driver_sql(statement)
    for called, table, trigger, kind, function, statements in _GUARDS:
        there_too = {"table": table, "trigger": trigger, "type": kind, "function": function}
        if not connection.execute(_GUARDED, there_too).scalar_one():
            _guard(connection, called, statements)


def _guard(connection: Connection, called: str, statements: Sequence[str]) -> None:
    try:
        with connection.begin_nested():
            for statement in statements:
                connection.exec_driver_sql(statement)
    except DBAPIError as trouble:
        if getattr(trouble.orig, "sqlstate", "") != _BUSY:
            raise
        # A copy or a check of the ledger may run for an hour, and nobody is kept from the emergency text for that.
        log.error(
            "the %s trigger is missing or off, and could not be put back: the table is busy; at the next start", called
        )
