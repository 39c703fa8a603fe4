"""PostgreSQL: a table written anew, so that nothing of its dead rows is left in its file.

The rule to keep: the bot's own role need own no table for it, and it can do this to these tables and nothing else.
"""

from __future__ import annotations

from storage.retention import EMPTIED, OF_REQUESTS
from storage.tables import approval_requests, consultations, enquiries, factors, jobs, organisations

TABLES = tuple(table.name for table in (consultations, approval_requests, jobs, enquiries, *EMPTIED, *OF_REQUESTS))
"""What a destroyed record, or a destroyed question of a trustee, had rows in."""

_ALL = (*TABLES, factors.name, organisations.name)  # the last two: what an old key had wrapped

# VACUUM FULL would do the same, and can be called neither by a function nor by a role that owns nothing. CLUSTER of one
# table can. Whoever presses a button stands in the queue behind a lock that is only waited for: so that is given up
# after a twentieth of a second, in which the presses that were there before have ended, and tried again. VERBOSE says
# how many dead rows were taken over into the new file, because somebody's snapshot still sees them.
FUNCTION = f"""CREATE OR REPLACE FUNCTION write_anew(named text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    BEGIN
      IF named NOT IN ({", ".join(f"'{name}'" for name in _ALL)}) THEN
        RAISE EXCEPTION 'not a table that is written anew';
      END IF;
      PERFORM set_config('lock_timeout', '50ms', true);
      EXECUTE format('CLUSTER VERBOSE %I USING %I', named, 'pk_' || named);
    END $$"""
