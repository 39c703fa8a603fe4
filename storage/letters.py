"""The statements of the outbox that change many letters at once, so that people who meet in them wait and never clash.

The rule to keep: rows are locked in the order of their keys, in every statement that takes more than one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, bindparam, case, cast, collate, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from storage.locks import LOCKED
from storage.posts import RETIRED
from storage.tables import Int64, consultations, jobs, people, posts

_NEWS = ("lane", "payload", "run_at", "token", "attempts", "state", "patient")
_NAMES = ("id", "organisation_id", "kind", "key", *_NEWS)


def _bytewise(key: Any) -> Any:
    """PostgreSQL's order of these without regard to language, so that it is one and the same everywhere."""
    return collate(key, "C")


def _put(build: Any, *, only_due: bool = False) -> Any:
    new = build(jobs).values({name: bindparam(name) for name in _NAMES})
    return _promised(new, only_due=only_due)


def _promised(new: Any, *, only_due: bool = False) -> Any:
    return new.on_conflict_do_update(
        index_elements=[jobs.c.organisation_id, jobs.c.key],
        set_={name: getattr(new.excluded, name) for name in _NEWS},
        where=(jobs.c.state == "due") if only_due else None,
    )


PUT_ALL = {True: _put(postgresql_insert), False: _put(sqlite_insert)}
PUT = {postgresql: put.returning(jobs.c.id) for postgresql, put in PUT_ALL.items()}


def _put_each() -> Any:
    """Several jobs that differ in these four only, in one trip to PostgreSQL."""
    names = ("id", "key", "lane", "payload")
    given = func.unnest(*(bindparam(f"{name}s", type_=ARRAY(Text)) for name in names))
    each = given.table_valued(*names, name="given").render_derived()
    kinds = {column.name: column.type for column in jobs.c}
    rows = select(*(each.c[name] if name in names else bindparam(name, type_=kinds[name]) for name in _NAMES))
    return _promised(postgresql_insert(jobs).from_select(_NAMES, rows.order_by(_bytewise(each.c.key))))


PUT_EACH = _put_each()
ONCE = {
    True: postgresql_insert(jobs).values({name: bindparam(name) for name in _NAMES}).on_conflict_do_nothing(),
    False: sqlite_insert(jobs).values({name: bindparam(name) for name in _NAMES}).on_conflict_do_nothing(),
}
PROMISE = {True: _put(postgresql_insert, only_due=True), False: _put(sqlite_insert, only_due=True)}


def letters_to(rows: list[dict[str, Any]], *, postgresql: bool) -> Any:
    """These letters, whole rows of different keys, in one statement that takes them as `letters_to_copies` does."""
    build = postgresql_insert if postgresql else sqlite_insert
    return _promised(build(jobs).values(sorted(rows, key=lambda row: row["key"].encode())))


def letters_to_copies(*, postgresql: bool, only_if: Any = None) -> Any:
    """A letter for every copy of a consultation's cards that is no history, in one statement; the pressed one is held.

    Rows are taken in the order of their keys, as `_done` takes them: two transactions that meet in the same letters
    wait for one another instead of locking each other out. `only_if` is one more condition, the same for every row.
    """
    build, order = (postgresql_insert, _bytewise) if postgresql else (sqlite_insert, _as_it_is)
    new_id = cast(func.gen_random_uuid(), Text) if postgresql else func.lower(func.hex(func.randomblob(9)))
    pressed = (
        (posts.c.channel == bindparam("channel"))
        & (posts.c.tenant == bindparam("tenant"))
        & (posts.c.user == bindparam("user"))
        & (posts.c.kind == bindparam("pressed_kind"))
        & (posts.c.message == bindparam("pressed_message"))
    )
    key = literal("card:") + posts.c.id
    rows = select(
        new_id,
        posts.c.organisation_id,
        literal("letter"),
        key,
        posts.c.channel + "/" + posts.c.tenant + "/" + posts.c.user,
        literal('{"post": "') + posts.c.id + literal('"}'),
        case((pressed, bindparam("lease_end", type_=Int64)), else_=bindparam("moment", type_=Int64)),
        case((pressed, bindparam("held_by", type_=Text)), else_=literal("")),
        literal(0),
        literal("due"),
        literal(0),
    ).where(
        posts.c.consultation_id == bindparam("case_id"),
        posts.c.organisation_id == bindparam("org"),
        posts.c.kind.not_like(literal(f"{RETIRED}%")),  # its last card, which says so, was promised as it was retired
        posts.c.erased_at.is_(None),
    )
    if only_if is not None:
        rows = rows.where(only_if)
    rows = rows.order_by(order(key))
    return _promised(build(jobs).from_select(_NAMES, rows)).returning(jobs.c.id, jobs.c.token, jobs.c.payload)


def _as_it_is(key: Any) -> Any:
    return key


_SETTLED = tuple_(jobs.c.id, jobs.c.token).in_(bindparam("settled", expanding=True))


def _changed(which: Any, order: Any, **values: Any) -> Any:
    """An update of these jobs. The rows are locked in `order` of their keys first; see `letters_to_copies`."""
    change = update(jobs).values(values).returning(jobs.c.id)
    if order is None:  # SQLite has one writer, whom nobody can lock out
        return change.where(which)
    mine = select(jobs.c.id).where(which).order_by(order(jobs.c.key), jobs.c.id).with_for_update().cte("mine")
    return change.where(jobs.c.id.in_(select(mine.c.id)))


DONE = {
    postgresql: _changed(_SETTLED, order, state="done", token="", payload="{}")
    for postgresql, order in ((True, _bytewise), (False, None))
}
DONE_ONE = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"), jobs.c.token == bindparam("held_by"))
    .values(state="done", token="", payload="{}")
)
OVERTAKEN = {
    postgresql: _changed(
        jobs.c.id.in_(bindparam("ids", expanding=True))
        & ~_SETTLED
        & ((jobs.c.token == "") | (jobs.c.attempts > 0))  # a newer answer's token is there and was never claimed
        & (jobs.c.kind == "letter")
        & (jobs.c.state != "dead"),
        order,
        state="due",
        token="",
        run_at=bindparam("moment", type_=Int64),
        payload=literal('{"post": "') + func.substr(jobs.c.key, len("card:") + 1) + literal('"}'),
    )
    for postgresql, order in ((True, _bytewise), (False, None))
}
HOLD = (
    select(jobs.c.id)
    .where(jobs.c.organisation_id == bindparam("org"), jobs.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(_bytewise(jobs.c.key))
    .with_for_update()
)
_another = posts.alias("another")
LATE = (
    select(posts.c.person_id, posts.c.kind)
    .join(
        jobs,
        (jobs.c.organisation_id == posts.c.organisation_id)
        & (jobs.c.key == literal("card:") + posts.c.id)
        & (jobs.c.state != "done"),
    )
    .join(people, (people.c.id == posts.c.person_id) & (people.c.active == 1) & ~LOCKED.element)
    .join(consultations, consultations.c.id == posts.c.consultation_id)
    .where(
        posts.c.consultation_id == bindparam("case_id"),
        posts.c.organisation_id == bindparam("org"),
        posts.c.person_id != consultations.c.requester_id,
        posts.c.kind.not_like(bindparam("retired")),
        posts.c.message == "",
        posts.c.at <= bindparam("before"),
        ~select(_another.c.id)
        .where(
            _another.c.consultation_id == posts.c.consultation_id,
            _another.c.person_id == posts.c.person_id,
            _another.c.kind == posts.c.kind,
            _another.c.message != "",
        )
        .exists(),
    )
    .order_by(posts.c.at, posts.c.id)
)
_holds = select(_another.c.id).where(  # whoever was given it has that in front of them, on any account
    _another.c.consultation_id == posts.c.consultation_id,
    _another.c.person_id == posts.c.person_id,
    (_another.c.kind == "handed") | (_another.c.kind == "checklist"),
    _another.c.message != "",
)
UNDELIVERED = (
    select(posts.c.id)
    .join(
        jobs,
        (jobs.c.organisation_id == posts.c.organisation_id)
        & (jobs.c.key == literal("card:") + posts.c.id)
        & (jobs.c.state == "dead"),
    )
    .join(people, (people.c.id == posts.c.person_id) & (people.c.active == 1) & ~LOCKED.element)
    .join(consultations, consultations.c.id == posts.c.consultation_id)
    .where(
        posts.c.consultation_id == bindparam("case_id"),
        posts.c.organisation_id == bindparam("org"),
        (posts.c.person_id != consultations.c.requester_id) | ((posts.c.kind == "handed") & ~_holds.exists()),
        posts.c.kind.not_like(bindparam("retired")),
    )
    .order_by(posts.c.at, posts.c.id)
)
