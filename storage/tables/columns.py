"""What every table is made of.

Only types that mean the same on SQLite (STRICT) and PostgreSQL: text, 64-bit whole numbers and bytes. Times are
microseconds since 1970 UTC, because SQLite gives aware datetimes back naive and unshifted.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Integer, MetaData, Text

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
