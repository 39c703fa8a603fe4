"""Who the sandbox refuses, and that a refusal is a plain page."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from bot.channels.web.guard import Refused, check_local, guard, host_name, is_loopback
from tests.web.conftest import Sandbox, words


@pytest.mark.parametrize(
    "host", ["confer.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "10.0.0.4", ""]
)
async def test_another_machines_name_is_refused(sandbox: Sandbox, host: str) -> None:
    answer = await sandbox.client.get("/", headers={"Host": host})

    assert answer.status in (400, 403)
    assert "Amina" not in await answer.text()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]:8080", "[::1]"])
async def test_this_machines_names_are_welcome(sandbox: Sandbox, host: str) -> None:
    answer = await sandbox.client.get("/", headers={"Host": host})

    assert answer.status == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
async def test_a_proxy_in_front_is_refused(sandbox: Sandbox, header: str) -> None:
    answer = await sandbox.client.get("/", headers={header: "for=203.0.113.9"})

    assert answer.status == 403


@dataclass
class Line:
    """A connection from somewhere, as far as the guard looks at it."""

    peer: object

    def get_extra_info(self, name: str, default: object = None) -> object:
        return self.peer if name == "peername" else default


@pytest.mark.parametrize("peer", [("203.0.113.9", 4000), ("fe80::1", 4000, 0, 0), "", None])
def test_a_connection_from_elsewhere_is_refused_whatever_name_it_uses(peer: object) -> None:
    request = make_mocked_request("GET", "/", headers={"Host": "localhost"}, transport=Line(peer))

    with pytest.raises(Refused) as refused:
        check_local(request)

    assert refused.value.status == 403


def test_only_loopback_addresses_are_this_machine() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1")))
    assert not any(map(is_loopback, ("10.0.0.1", "203.0.113.9", "::ffff:203.0.113.9", "0.0.0.0", "", "localhost")))  # noqa: S104


def test_a_host_header_loses_its_port() -> None:
    assert [host_name(host) for host in ("LocalHost:80", "[::1]:80", "[::1", "127.0.0.1")] == [
        "localhost",
        "[::1]",
        "",
        "127.0.0.1",
    ]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://localhost", ""])
async def test_a_press_from_another_page_is_refused(sandbox: Sandbox, origin: str) -> None:
    answer = await sandbox.post(await sandbox.form("amina", "start"), headers={"Origin": origin})

    assert answer.status == 403
    assert sandbox.desk.events == []


async def test_a_press_without_an_origin_is_refused(sandbox: Sandbox) -> None:
    answer = await sandbox.client.post("/press", data=await sandbox.form("amina", "start"))

    assert answer.status == 403
    assert sandbox.desk.events == []


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/messages", {}, 200),
        ("/api/messages", {"Origin": "http://evil.example"}, 403),
        ("/api/messages", {"X-Forwarded-For": "203.0.113.9"}, 403),
        ("/press", {}, 403),
    ],
)
async def test_a_program_of_this_machine_may_speak_to_another_channel_and_a_page_may_not(
    path: str, headers: dict[str, str], status: int
) -> None:
    async def other(_: web.Request) -> web.StreamResponse:
        return web.Response()

    request = make_mocked_request(
        "POST", path, headers={"Host": "localhost:8080", **headers}, transport=Line(("127.0.0.1", 4000))
    )

    assert (await guard(request, other)).status == status


@pytest.mark.parametrize("token", ["", "wrong", "é"])
async def test_a_wrong_token_is_refused(sandbox: Sandbox, token: str) -> None:
    answer = await sandbox.post(await sandbox.form("amina", "start", token=token))

    assert answer.status == 403
    assert "Reload the page" in (await answer.json())["words"]
    assert sandbox.desk.events == []


async def test_an_unknown_person_is_not_found(sandbox: Sandbox) -> None:
    pressed = await sandbox.post(await sandbox.form("nobody", "start"))
    opened = await sandbox.client.get("/?person=nobody")

    assert pressed.status == 404
    assert opened.status == 404
    assert "Back to the sandbox" in words(await opened.text())


async def test_a_form_that_is_too_large_is_refused(sandbox: Sandbox) -> None:
    answer = await sandbox.post(await sandbox.form("amina", "typed", text="x" * 70_000))

    assert answer.status == 413
    assert "Write less" in (await answer.json())["words"]


@pytest.mark.parametrize("body", [b"token=\xff\xfe", b"token=%ff%fe", b"person=a%00b", b"a&" * 500])
async def test_a_form_that_is_not_clean_text_is_refused(sandbox: Sandbox, body: bytes) -> None:
    answer = await sandbox.post(body)

    assert answer.status == 400


async def test_a_body_that_is_no_form_is_refused(sandbox: Sandbox) -> None:
    answer = await sandbox.post(b"{}", headers={"Content-Type": "application/json"})

    assert answer.status == 400


@pytest.mark.parametrize(
    "press",
    ["", "{", "[]", "null", '{"action":""}', '{"action":"a","carry":{"x":1}}', '{"action":1,"carry":{}}', "[" * 9000],
)
async def test_a_press_that_no_button_of_ours_makes_is_refused(sandbox: Sandbox, press: str) -> None:
    answer = await sandbox.post({**await sandbox.form("amina", "start"), "press": press})

    assert answer.status == 400
    assert sandbox.desk.events == []


@pytest.mark.parametrize("delivery", ["", "short", "x" * 65, "with space 1"])
async def test_a_press_without_a_proper_delivery_id_is_refused(sandbox: Sandbox, delivery: str) -> None:
    answer = await sandbox.post({**await sandbox.form("amina", "start"), "delivery": delivery})

    assert answer.status == 400


async def test_a_browser_without_the_script_reads_a_refusal_as_a_page(sandbox: Sandbox) -> None:
    answer = await sandbox.post(await sandbox.form("amina", "start", token="old"), accept="text/html")

    assert answer.content_type == "text/html"
    assert "This page is out of date" in words(await answer.text())


@pytest.mark.parametrize("path", ["/nothing", "/sandbox/nothing.js", "/sandbox/..%2fapp.py", "/people/nobody"])
async def test_an_unknown_address_is_a_plain_page(sandbox: Sandbox, path: str) -> None:
    answer = await sandbox.client.get(path)

    assert answer.status == 404
    assert "Back to the sandbox" in words(await answer.text())


@pytest.mark.parametrize("path", ["/", "/nothing", "/sandbox/sandbox.js", "/people/amina"])
async def test_every_answer_carries_the_security_headers(sandbox: Sandbox, path: str) -> None:
    answer = await sandbox.client.get(path)

    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_no_page_holds_inline_script_or_style(sandbox: Sandbox) -> None:
    page = await sandbox.page()

    assert "style=" not in page
    assert page.count("<script") == 1
    assert json.dumps("onclick") not in page
