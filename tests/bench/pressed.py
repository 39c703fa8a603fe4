"""The one table of the servers that are not ours: a row for each press."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Pressed(Base):
    __tablename__ = "pressed"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(32))
    message: Mapped[str] = mapped_column(String(32))
    user: Mapped[str] = mapped_column(String(32))
    version: Mapped[int]
    answer: Mapped[str] = mapped_column(String(64))
    at: Mapped[int] = mapped_column(BigInteger)


Row = dict[str, str | int]
