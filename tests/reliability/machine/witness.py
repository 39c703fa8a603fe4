"""The witness: looks at the tables after every step, and says what must never have happened.

The rule to keep: it judges by `law`, which says the rules a second time; what the bot thinks is only ever the accused.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from bot.cards import Card
from bot.events import Who
from policy.book import Book
from policy.walk import Asking, Verdict
from tests.reliability.machine.law import MUST_AGREE, Case, Package, case_of, code_of, needed, out, why_never
from tests.reliability.machine.tables import Reader, Row, Tables, moment
from tests.reliability.machine.village import Village
from tests.reliability.machine.wall import seen

_DECIDED = {"approved": "approved", "declined": "declined", "agreed by phone": "approved"}
_SOON = timedelta(minutes=31)
"""The longest that a step of something urgent may be away; what can wait waits for the next working morning."""
_OFTEN, _LESS_OFTEN = 5, timedelta(minutes=121)
"""After so many calls of the leads, the next ones may be so far away."""
_LATER = timedelta(days=6)


def _soon(rungs: Sequence[Row]) -> timedelta:
    calls = sum(rung["kind"] == "leads" for rung in rungs)
    return _SOON if calls < _OFTEN else _LESS_OFTEN


class Broken(AssertionError):
    """Something that must never be so is so."""


class Witness:
    """Call `looks` after each step."""

    def __init__(self, village: Village, book: Book) -> None:
        self._village, self._book, self._reader = village, book, Reader(village.file)
        self._walked: dict[str, tuple[object, Case]] = {}
        self.now = self._reader.read()
        self.about: dict[str, Package] = {}
        self.cases: Mapping[str, Case] = {id: self._case(self.now, id) for id in self.now.cases}
        self._sequence, self._hash = self._chained(0, bytes(32), self.now.lines)
        self._told: Counter[str] = Counter()
        self.counted: Counter[str] = Counter()
        self._nobody: dict[str, int] = {}  # request that nobody could decide when last looked at -> steps taken then
        self._heard: dict[str, object] = {}

    def close(self) -> None:
        self._reader.close()

    def looks(self) -> None:
        """Raises Broken."""
        before, earlier = self.now, self.cases
        now = self._reader.read(self._sequence)
        cases = {id: self._case(now, id) for id in now.cases}
        self._sequence, self._hash = self._chained(self._sequence, self._hash, now.lines)
        self._told.update(note["request"] for note in now.notes if note["kind"] in _DECIDED)
        self.counted.update(note["kind"] for note in now.notes)
        for id, request in now.requests.items():
            if id not in self.about:
                self.about[id] = cases[request["consultation_id"]].packages.get(request["lane"], ())
        self._decisions(before, earlier, now)
        self.now, self.cases = now, cases
        for id, request in now.requests.items():
            if request["state"] == "pending":
                self._waits(id, request)
        for case in cases.values():
            self._every_lane(case)
        self._what_it_says()
        latest = dict(self._village.cards)
        self._village.cards.clear()
        self._village.actors.clear()
        for who, card in latest.items():
            self.card(who, card)

    def walls(self) -> None:
        """After the post: nothing that hangs anywhere offers what cannot be done. Raises Broken."""
        for channel, wall in self._village.walls.items():
            for (user, _), card in wall.hanging.items():
                tenant = "T0INVENTED" if channel == "slack" else "T1INVENTED"
                self.card(Who(channel, tenant, user), card)

    def card(self, who: Who, card: Card) -> None:
        """Whoever reads this card may do what it offers, and 999 stands on it."""
        if not card.danger:
            raise Broken(f"a card without the 999 line: {card.title!r}")
        for each in seen(who, "", card):
            if each.button.action in ("approve", "decline"):
                id, person = each.button.carry["r"], self.now.accounts[who.channel, who.tenant, who.user]
                if self.now.requests[id]["state"] != "pending":
                    raise Broken(f"{self.name(person)} still reads [{each.button.label}] on what is settled")
                if why := self.why_not(id, person):
                    raise Broken(f"{self.name(person)} reads [{each.button.label}], and {why}")

    def name(self, person_id: str) -> str:
        return str(self.now.people[person_id]["handle"])

    def number(self, case_id: str) -> int:
        """Which consultation it is of all, by age: the same in every run of the same steps."""
        return list(self.now.cases).index(case_id)

    def why_not(self, request_id: str, person_id: str) -> str:
        """Why this person may not decide this request now by a press, whatever the bot says."""
        request, asked = self.now.requests[request_id], self.now.asked.get(request_id, {})
        case = self.cases[request["consultation_id"]]
        if why := why_never(self.now, case, request["code"], person_id):
            return why
        if person_id not in asked:
            return "nobody asked them"
        return "they passed it on" if asked[person_id]["passed_at"] is not None else ""

    def _case(self, tables: Tables, id: str) -> Case:
        mark = (tuple(tables.cases[id]), len(tables.words.get(id, ())))
        if id not in self._walked or self._walked[id][0] != mark:
            self._walked[id] = mark, case_of(self._book, tables, id)
        return self._walked[id][1]

    # The ledger

    def _chained(self, sequence: int, previous: bytes, lines: Iterable[Row]) -> tuple[int, bytes]:
        for line in lines:
            sequence += 1
            inner = hashlib.sha256(line["body"]).digest()
            head = f"{line['organisation_id']}\0{sequence}\0{line['at']}\0".encode()
            digest = hashlib.sha256(b"confer ledger 1\0" + previous + head + inner).digest()
            if (line["sequence"], line["previous"], line["hash"]) != (sequence, previous, digest):
                raise Broken(f"line {sequence} of the ledger does not follow from the one before")
            previous = digest
        return sequence, previous

    # Decisions

    def _decisions(self, before: Tables, earlier: Mapping[str, Case], now: Tables) -> None:
        for id, rows in before.decisions.items():
            if [tuple(row) for row in rows] != [tuple(row) for row in now.decisions.get(id, ())]:
                raise Broken("a decision was changed or is gone")
        for id, request in now.requests.items():
            rows = now.decisions.get(id, ())
            if len(rows) > 1:
                raise Broken("two decisions on one request")
            if bool(rows) != (request["state"] in ("approved", "declined")):
                raise Broken(f"a request is {request['state']} with {len(rows)} decisions")
            if self._told[id] != len(rows):
                raise Broken(f"{len(rows)} decisions and {self._told[id]} lines of the ledger")
            if rows and id not in before.decisions:
                self._decision(before, earlier, now, request, rows[0])

    def _decision(self, before: Tables, earlier: Mapping[str, Case], now: Tables, request: Row, decision: Row) -> None:
        id, person, case = request["id"], decision["person_id"], earlier.get(request["consultation_id"])
        who = f"{now.people[person]['handle']} {decision['verdict']} {request['code']}"
        if case is None or id not in before.requests or before.requests[id]["state"] != "pending":
            raise Broken(f"{who}, and it was not waiting")
        if decision["verdict"] != request["state"]:
            raise Broken(f"{who}, and the request is {request['state']}")
        if why := why_never(before, case, request["code"], person):
            raise Broken(f"{who}, and {why}")
        if case.packages.get(request["lane"]) != self.about[id]:
            raise Broken(f"{who}, and what was proposed when they were asked is not what is proposed now")
        asked = before.asked.get(id, {})
        if person in asked and asked[person]["passed_at"] is not None:
            raise Broken(f"{who}, and they passed it on")
        pressed = [before.accounts.get((a.channel, a.tenant, a.user)) for a in self._village.actors]
        if id in now.spoken:
            if (
                now.spoken[id]["recorded_by"] not in pressed
                or now.spoken[id]["recorded_by"] != case.row["requester_id"]
            ):
                raise Broken(f"{who} by phone, written down by somebody who did not ask for it")
        elif person not in asked:
            raise Broken(f"{who}, and nobody asked them")
        elif person not in pressed:
            raise Broken(f"{who}, and pressed nothing")
        if decision["verdict"] == "approved" and person in self._agreed(before, case, request["lane"]):
            raise Broken(f"{who}, and had agreed to the same before")
        self.counted[f"{decision['verdict']} {request['code']}{' by phone' if id in now.spoken else ''}"] += 1

    def _agreed(self, tables: Tables, case: Case, lane: str) -> set[str]:
        """Who agreed to exactly what is proposed now, and may still be one who did."""
        return {row["person_id"] for row in self._said(tables, case, lane) if row["verdict"] == "approved"}

    def _said(self, tables: Tables, case: Case, lane: str) -> list[Row]:
        found = []
        for id, request in tables.requests.items():
            if request["consultation_id"] != case.row["id"] or request["lane"] != lane:
                continue
            denied = id in tables.spoken and tables.spoken[id]["answer"] == "no"
            if self.about.get(id) == case.packages.get(lane) and not denied:
                found += [row for row in tables.decisions.get(id, ()) if not out(tables, case, row["person_id"])]
        return found

    # What waits

    def _waits(self, id: str, request: Row) -> None:
        now, case = self.now, self.cases[request["consultation_id"]]
        what = f"a request ({request['code']}) of a consultation that is {case.row['state']}"
        if case.row["state"] != "sent":
            raise Broken(f"{what} waits all the same")
        if case.packages.get(request["lane"]) != self.about[id]:
            raise Broken(f"{what} waits, and something else is proposed by now")
        timer, rungs = now.timers.get(f"ladder:{id}"), now.rungs.get(id, ())
        if timer is None or (rungs and not rungs[-1]["next_at"]):
            raise Broken(f"{what} waits with no next time")
        verdict = next(v for v in case.lanes if v.lane.id == request["lane"])
        most = self._village.now + (_soon(rungs) if verdict.clock in ("now", "today") else _LATER)
        if moment(timer["run_at"]) > most:
            raise Broken(f"{what} waits until {moment(timer['run_at'])}, which is too long")
        if any(not self.why_not(id, person) for person in now.asked.get(id, {})):
            self._nobody.pop(id, None)
            return
        # Nobody who was asked may decide it. Whoever else could has been asked, but for somebody who came to the roster
        # since: they are when the ladder turns to the next one.
        said = {row["person_id"] for row in self._said(now, case, request["lane"])}
        able = [p for p in now.people if not why_never(now, case, request["code"], p) and p not in said]
        able = [p for p in able if p not in now.asked.get(id, {}) and not self._by_name_only(case, p)]
        steps = sum(rung["kind"] in ("next", "leads") for rung in rungs)
        if not able:
            self._nobody[id] = steps
        elif self._nobody.get(id, -1) < steps:
            raise Broken(f"{what} waits for nobody, and {self.name(able[0])} could decide it")

    def _by_name_only(self, case: Case, person_id: str) -> bool:
        """Trustees, while the worry may be about one: whoever is asked then was chosen by the worker."""
        about = case.fact("concern_who") in ("chair_or_trustee", "unsure")
        return about and self.now.people[person_id]["role"] == "trustee"

    def _every_lane(self, case: Case) -> None:
        """What must be agreed to and is not, is asked of somebody."""
        if case.row["state"] != "sent":
            return
        for verdict in self._sent(case):
            code, lane = code_of(verdict), verdict.lane.id
            if code not in MUST_AGREE or len(self._agreed(self.now, case, lane)) >= needed(self.now, case, code):
                continue
            noes = [row for row in self._said(self.now, case, lane) if row["verdict"] == "declined"]
            if len(noes) >= (2 if verdict.lane.protective else 1):
                continue
            mine = [r for r in self.now.requests.values() if r["consultation_id"] == case.row["id"]]
            waits = [r for r in mine if r["state"] == "pending" and self.about[r["id"]] == case.packages[lane]]
            if len(waits) != 1:
                raise Broken(f"lane {lane} ({code}) is open and {len(waits)} requests wait for it")

    def _sent(self, case: Case) -> Sequence[Verdict]:
        undecided = isinstance(case.walked, Asking) and case.walked.screen.stage == "decide"
        return [v for v in case.lanes if not v.lane.immediate and (v.lane.protective or not undecided)]

    # What the bot says

    def _what_it_says(self) -> None:
        """Looked at anew where anything changed that it may rest on."""
        sent = [id for id, case in self.cases.items() if case.row["state"] == "sent"]
        ids = [id for id in sent if self._heard.get(id) != (mark := self._mark(id)) and not self._keep(id, mark)]
        if not ids:
            return
        for picture in self._village.run(self._village.pictures(ids)):
            case = self.cases[picture.case.id]
            for verdict in picture.lanes:
                code, lane = code_of(verdict), verdict.lane.id
                if code not in MUST_AGREE:
                    continue
                agreed = self._agreed(self.now, case, lane)
                enough = len(agreed) >= needed(self.now, case, code)
                if picture.standing(verdict) == "approved" and not enough:
                    raise Broken(f"lane {lane} ({code}) is said to be agreed to, with {len(agreed)} who did")
                if picture.may_go(verdict) and not enough:
                    raise Broken(f"lane {lane} ({code}) may go, with {len(agreed)} who agreed")

    def _keep(self, id: str, mark: object) -> bool:
        self._heard[id] = mark
        return False

    def _mark(self, id: str) -> object:
        now = self.now
        mine = [request for request in now.requests.values() if request["consultation_id"] == id]
        return (
            tuple(now.cases[id]),
            [tuple(request) for request in mine],
            [tuple(now.spoken[r["id"]]) for r in mine if r["id"] in now.spoken],
            sorted(person for case, person in now.barred if case == id),
            [tuple(person) for person in now.people.values()],
        )
