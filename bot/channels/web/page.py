"""The pages: everybody side by side, or one person alone. Words that stand on every page stand in `templates/`."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from urllib.parse import quote

from markupsafe import Markup

from bot.cards import Buttons, Card
from bot.channels import Account
from bot.channels.web.inputs import Slip, hidden, join, press
from bot.channels.web.render import article

FILES = resources.files(__package__)
NOTHING = Markup()


def template(name: str) -> Markup:
    return Markup((FILES / "templates" / f"{name}.html").read_text("utf-8"))  # noqa: S704 our own file, not a person's text


PAGE, PEOPLE, COLUMN = template("page"), template("people"), template("column")
SCRIPT = Markup('<script src="/sandbox/sandbox.js" defer></script>')


@dataclass(frozen=True, slots=True)
class Column:
    """What one person's part of the page shows. `extra`: the answer to a press made without the script."""

    account: Account
    home: Card
    cards: Sequence[tuple[str, Card]]
    extra: Markup = NOTHING


def people_page(
    columns: Iterable[Column], everybody: Sequence[Account], token: str, only: str = "", time: Markup = NOTHING
) -> Markup:
    """The sandbox. `only`: the person a deep link asked for, "" for everybody. `time`: the trial's, if any."""
    shown = join(column(one, place, token) for place, one in enumerate(columns))
    body = PEOPLE.format(links=links(everybody, only), columns=shown, time=time)
    return page("Confer sandbox", body, token=token, kind="one" if only else "all", script=SCRIPT)


def plain_page(title: str, body: Markup) -> Markup:
    """A page with a few words and the way back."""
    back = Markup('<p><a class="button tone-plain" href="/">Back to the sandbox</a></p>')
    main = Markup('<main class="plain">{}{}</main>').format(body, back)
    return page(f"{title} · Confer sandbox", main, kind="alone")


def page(title: str, body: Markup, *, kind: str, token: str = "", script: Markup = NOTHING) -> Markup:
    return PAGE.format(title=title, body=body, token=token, kind=kind, script=script)


def column(shown: Column, place: int, token: str) -> Markup:
    account = shown.account
    slip = Slip(person=account.who.user, token=token, delivery=new_delivery())
    return COLUMN.format(
        at=place,
        person=account.who.user,
        name=account.name,
        role=account.role,
        initials="".join(word[0] for word in account.name.split()[:2]).upper(),
        home=home_panel(shown.home, account, token),
        start=NOTHING if has_buttons(shown.home) else start_form(account, token),
        cards=join((cards(shown.cards, account, token), shown.extra)),
        slip=hidden(slip),
        press=press("typed", {}),
    )


def home_panel(home: Card, account: Account, token: str) -> Markup:
    return article(home, Slip(account.who.user, token, new_delivery()), "home")


def cards(shown: Iterable[tuple[str, Card]], account: Account, token: str) -> Markup:
    return join(article(card, Slip(account.who.user, token, new_delivery(), message)) for message, card in shown)


def start_form(account: Account, token: str) -> Markup:
    """The button that begins, for a home card that brings no button of its own."""
    return Markup(
        '<form class="start" method="post" action="/press">{}'
        '<button class="button tone-main" name="press" value="{}">Start the checklist</button></form>'
    ).format(hidden(Slip(account.who.user, token, new_delivery())), press("start", {}))


def has_buttons(home: Card) -> bool:
    return any(isinstance(block, Buttons) for block in home.blocks)


def links(everybody: Sequence[Account], only: str) -> Markup:
    """The switcher: real links, so that the keyboard, a new tab and a browser without the script all work."""
    everyone = Markup('<a class="everyone" href="/"{}>Everyone</a>').format(current(not only))
    first_names = [account.name.split()[0] for account in everybody]
    return join(
        (
            everyone,
            *(
                Markup(
                    '<a href="/?person={user}" data-person="{plain}"{current}>{name}'
                    '<span class="news" hidden></span></a>'
                ).format(
                    user=quote(account.who.user, safe=""),
                    plain=account.who.user,
                    current=current(only == account.who.user),
                    name=first if first_names.count(first) == 1 else account.name,
                )
                for account, first in zip(everybody, first_names, strict=True)
            ),
        )
    )


def current(on: bool) -> Markup:
    return Markup(' aria-current="page"') if on else Markup()


def new_delivery() -> str:
    """An id for one submission: the same form sent twice is one press."""
    return secrets.token_urlsafe(12)


def corrections(errors: Mapping[str, str]) -> Markup:
    rows = join(Markup("<li>{}</li>").format(error) for error in errors.values())
    return Markup("<h1>Please change this</h1><ul>{}</ul><p>Nothing was kept. Go back one page.</p>").format(rows)
