"""What every table is made of.

Only types that mean the same on SQLite (STRICT) and PostgreSQL: text, 64-bit whole numbers and bytes. Times are
microseconds since 1970 UTC, because SQLite gives aware datetimes back naive and unshifted.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, Text, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Int64 = Integer().with_variant(BigInteger(), "postgresql")


def organisation() -> Column[str]:
    """Whose the row is."""
    return Column("organisation_id", Text, ForeignKey("organisations.id"), nullable=False)


def at_most(column: str, characters: int) -> CheckConstraint:
    return CheckConstraint(f"length({column}) <= {characters}", name=f"{column}_length")


def while_(name: str, columns: str, condition: str) -> Index:
    """An index of an organisation's rows for which this holds, by these columns: it stays as small as what is open.

    A query uses it only where the condition stands in its text word for word, not as a parameter.
    """
    which = text(condition)
    return Index(name, "organisation_id", *columns.split(), sqlite_where=which, postgresql_where=which)


def by_time(name: str, columns: str) -> Index:
    """An index of an organisation's rows by time, the last of these columns, for queries that ask for a period.

    Nobody else's: SQLite keeps no statistics, and would take it for any query that names the organisation, which in
    most databases is every row. With the plus, so that it does not take the 0 for the beginning of the period.
    """
    return while_(name, columns, f"+{columns.split()[-1]} > 0")
