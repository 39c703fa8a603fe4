"""PostgreSQL: a role of the bot's own, which reads and writes every table, and only reads and adds to the ledger.

The rule to keep: whoever runs the bot owns nothing. The owner migrates and grants; triggers guard against the owner.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from storage.store import Transaction
from storage.tables import ledger, metadata

_ABOUT = text(
    "SELECT rolsuper, rolcreaterole, "
    "EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = current_schema() AND c.relkind = 'r' AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS owns "
    "FROM pg_roles r WHERE rolname = :role"
)
_OWNED = text(
    "SELECT tableowner = current_user FROM pg_tables WHERE schemaname = current_schema() AND tablename = :name"
)
_CHANGES = text(
    f"SELECT has_table_privilege('{ledger.name}', 'UPDATE') OR has_table_privilege('{ledger.name}', 'DELETE') "
    f"OR has_table_privilege('{ledger.name}', 'TRUNCATE')"
)


class CannotRestrict(Exception):
    """Why the role cannot be what it should be; a sentence."""


async def restrict(url: str, role: str) -> None:
    """Grant this role what the bot needs, as the owner of the tables, and take everything else on the ledger away.

    Safe to run again, which every migration that adds a table by another owner makes necessary. Raises CannotRestrict.
    """
    if make_url(url).get_backend_name() != "postgresql":
        raise CannotRestrict("SQLite has no roles: whoever can write the file can change the ledger in it")
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await _may_be_restricted(connection, role)
            for statement in _statements(engine.dialect.identifier_preparer.quote(role), await _schema(connection)):
                await connection.exec_driver_sql(statement)
    finally:
        await engine.dispose()


async def may_change_ledger(tx: Transaction) -> bool:
    """Whether the role we run as could change or remove an entry, but for the triggers. Always on SQLite."""
    return not tx.postgresql or bool((await tx.connection.execute(_CHANGES)).scalar_one())


async def _may_be_restricted(connection: AsyncConnection, role: str) -> None:
    owned = (await connection.execute(_OWNED, {"name": ledger.name})).scalar_one_or_none()
    if owned is None:
        raise CannotRestrict("there is no ledger here yet; run first: python -m bot db upgrade")
    if not owned:
        raise CannotRestrict("DATABASE_URL must name the owner of the tables: whoever ran `db upgrade`")
    about = (await connection.execute(_ABOUT, {"role": role})).one_or_none()
    if about is None:
        raise CannotRestrict(f"there is no role {role!r}; make it first: CREATE ROLE {role} LOGIN PASSWORD '…'")
    if about.rolsuper or about.rolcreaterole:
        raise CannotRestrict(f"the role {role!r} may do anything (SUPERUSER or CREATEROLE); take one that may not")
    if about.owns:
        raise CannotRestrict(f"the role {role!r} owns the tables, or is a member of who does; take another one")


async def _schema(connection: AsyncConnection) -> str:
    name = (await connection.execute(text("SELECT current_schema()"))).scalar_one()
    return connection.dialect.identifier_preparer.quote(str(name))


def _statements(role: str, schema: str) -> list[str]:
    ours = ", ".join(f"{schema}.{table.name}" for table in metadata.sorted_tables if table is not ledger)
    return [
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {ours} TO {role}",
        f"GRANT SELECT ON {schema}.alembic_version TO {role}",
        f"REVOKE ALL ON {schema}.{ledger.name} FROM PUBLIC, {role}",
        f"GRANT SELECT, INSERT ON {schema}.{ledger.name} TO {role}",
        f"GRANT EXECUTE ON FUNCTION {schema}.ledger_append(text, bigint, bytea[]) TO {role}",
        # Tables of later versions, which the same owner makes.
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
    ]
