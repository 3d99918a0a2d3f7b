"""What happens in the county while it breaks: visits, loans, exits, people who leave, wages; and who reads all that."""

import asyncio
import csv
import io
import random
from collections import Counter, defaultdict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from scenario.actors import county
from scenario.actors.archive import ARCHIVE
from scenario.actors.banks import Bank
from scenario.actors.patience import named
from scenario.actors.villages import Village
from scenario.api import Who
from shared.values.ids import uuid7
from tests.chaos.checks import Read, read_of
from tests.chaos.client import Client, Outcome
from tests.chaos.founding import BEGINS_ON, SEEN_ON, Home
from tests.chaos.journal import Journal

LAST_DAY = date(2017, 12, 28)
BANKS = (Bank("xinhe"), Bank("rcu"))
LOAN_FEN, RATE_PPM, STEP_FEN = 1_000_000, 43_500, 1_000
VOTE = {"entitled": 30, "attended": 25, "in_favour": 22}
# A week, and a day for a clock that has moved already when its answer is lost.
NOTICE = timedelta(days=8)


@dataclass
class Load:
    """Who acts, what they know, and what was read. `pause`: seconds of thought between two acts of one person."""

    client: Client
    homes: Sequence[Home]
    workers: Sequence[Home]
    rng: random.Random
    seconds: float
    feed: Journal
    pause: float = 0.25
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    visits: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    repayments: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    seen: Counter[str] = field(default_factory=Counter)
    reads: list[Read] = field(default_factory=list)
    day: date = BEGINS_ON
    _lent: set[str] = field(default_factory=set)

    async def thought(self, longest: float = 0.0) -> None:
        await asyncio.sleep(self.rng.uniform(0.3, 1.7) * (longest or self.pause))

    def tasks(self) -> list[Coroutine[Any, Any, None]]:
        """Each household has one visitor, so that its visits have an order."""
        poor = [h for h in self.homes if h.status == "poor" and not h.relocated and h not in self.workers]
        borrowing = self.homes[::3]
        leaving = [h for h in self.homes if h.members >= 3][::4]
        helpers = sorted({h.helper for h in self.homes}, key=lambda w: w.subject)
        exits = max(len(poor), 1)
        return [
            *(self.visit([h for h in self.homes if h.helper == who]) for who in helpers),
            *(self.borrow(borrowing[n::4], BANKS[n % 2]) for n in range(4)),
            *(self.exit(h, self.seconds * 0.85 * n / exits) for n, h in enumerate(poor)),
            self.leave(leaving, {h.id for h in borrowing}),
            self.pay(),
            self.tick(),
            self.follow_feed(),
            *(self.read_visits(n) for n in range(3)),
            self.read_loans(),
        ]

    async def visit(self, homes: Sequence[Home]) -> None:
        """Only a household with a loan can have used it for something else; such a loan is never settled here. What
        would hold up an exit is found where nobody exits.
        """
        while not self.stopping.is_set():
            home = self.rng.choice(homes)
            visit_id, diverted = str(uuid7()), home.id in self._lent and self.rng.random() < 0.2
            uninsured = home.status != "poor" and self.rng.random() < 0.2
            found = ["loan_diverted"] * diverted + ["uninsured"] * uninsured
            self.visits[home.id].append(visit_id)
            body = {
                "household_id": home.id, "visited_on": SEEN_ON.isoformat(), "lat_e6": 39_090_000,
                "lon_e6": 112_210_000, "note": f"no {visit_id}", "findings": found,
            }  # fmt: skip
            done = await self.client.act(
                "visit", visit_id, home.helper, "PUT", f"/assessment/v1/visits/{visit_id}", body
            )
            if done.code is not None:
                raise AssertionError(f"a visit was refused: {done}")
            self.seen[home.id] += 1
            await self.thought()

    async def borrow(self, homes: Sequence[Home], bank: Bank) -> None:
        """One loan after the other: opened, paid out, repaid in steps of ten yuan, some of them to the end."""
        for number, home in enumerate(homes):
            if self.stopping.is_set():
                return
            loan_id, clerk = named("loan", home.id), Village(home.village).clerk
            wish = {
                "id": loan_id, "household_id": home.id, "bank": bank.name, "amount_fen": LOAN_FEN,
                "term_months": 12, "purpose": "crops",
            }  # fmt: skip
            path = "/finance/v1/loans/applications"
            opened = await self.client.act("application", loan_id, clerk, "POST", path, {"items": [wish]})
            if opened.code is not None:
                continue
            number_of = opened.body["loan_no"]
            await self._post(bank, number_of, "decision", approved=True)
            await self._post(bank, number_of, "disbursement", amount_fen=LOAN_FEN, rate_ppm=RATE_PPM)
            settles = number % 2 == 1
            if not settles:
                self._lent.add(home.id)
            for _ in range(round(self.rng.randint(4, 12) * max(1.0, self.seconds / 300))):
                if self.stopping.is_set():
                    return
                self.repayments[loan_id].append(f"{len(self.repayments[loan_id])}")
                await self._post(bank, number_of, "repayment", amount_fen=STEP_FEN)
                self.seen[loan_id] += 1
                await self.thought()
            if settles:
                left = LOAN_FEN - STEP_FEN * self.seen[loan_id]
                await self._post(bank, number_of, "repayment", amount_fen=left)
                await self._post(bank, number_of, "settled")

    async def _post(self, bank: Bank, loan_no: str, kind: str, **fields: Any) -> Outcome:
        serial = f"{loan_no}-{uuid4().hex[:12]}"
        event = {"serial": serial, "kind": kind, "loan_no": loan_no, "occurred_on": (await self.today()).isoformat()}
        body = {"items": [event | fields]}
        done = await self.client.act("bank_event", serial, bank.who, "POST", "/finance/v1/bank/events", body)
        if done.code is not None:
            raise AssertionError(f"a bank's event was refused: {done}")
        return done

    async def today(self) -> date:
        _, answer = await self.client.insist(county.PLANNER, "GET", "/clock")
        return date.fromisoformat(answer["business_date"])

    async def tick(self) -> None:
        """The year's last weeks pass within the run, however long it is."""
        while self.day < LAST_DAY and not self.stopping.is_set():
            await asyncio.sleep(self.seconds / (LAST_DAY - BEGINS_ON).days)
            tomorrow = self.day + timedelta(days=1)
            body = {"business_date": tomorrow.isoformat()}
            await self.client.act("clock", body["business_date"], county.PLANNER, "PUT", "/clock", body)
            self.day = tomorrow

    async def exit(self, home: Home, after: float) -> None:
        """The whole procedure, from the proposal to the announcement, each step by whom it belongs to."""
        await asyncio.sleep(after)
        village, path = Village(home.village), "/registry/v1/exits"
        if self.stopping.is_set():
            return
        item: dict[str, Any] = {"household_id": home.id}
        done = await self._step("proposal", home, village.clerk, path, item, "registry.exits.case_open")
        if done.code is not None:
            return
        _, listed = await self.client.insist(village.clerk, "GET", f"{path}?household_id={home.id}")
        case, ends_on = {"id": listed["items"][0]["id"]}, self.day + NOTICE
        _, shown = await self.client.insist(village.clerk, "GET", f"/registry/v1/households/{home.id}")
        person = shown["people"][0]["reference"]
        villager = Who(f"villager-{person}", "villager", home.village, person=person)
        for name, who, door, more in (
            ("review", village.chair, "/reviews", VOTE),
            ("check", village.team, "/checks", {"confirmed": True, "evidence": "visit"}),
            ("consent", villager, "/consents", {"agreed": True, "signature": "signed"}),
            ("notice", village.clerk, "/notices", {}),
            ("township_check", home.township, "/township-checks", {"confirmed": True}),
            ("decision", county.DECIDER, "/decisions", {}),
            ("announcement", county.ANNOUNCER, "/announcements", county.MINUTES),
        ):
            while name == "township_check" and self.day < ends_on:
                if self.stopping.is_set():
                    return
                await asyncio.sleep(0.2)
            done = await self._step(name, home, who, path + door, case | more)
            ends_on = self.day + NOTICE
            if done.code is not None or done.body.get("state") in ("refused", "withdrawn"):
                return
            await self.thought()

    async def _step(self, name: str, home: Home, who: Any, path: str, item: dict[str, Any], *fine: str) -> Outcome:
        """A case moves one way: where it stands in another state, an earlier try of ours brought it there."""
        fine = (*fine, "registry.exits.wrong_state")
        return await self.client.act(name, home.id, who, "POST", path, {"items": [item]}, fine=fine)

    async def leave(self, homes: Sequence[Home], borrowing: set[str]) -> None:
        """Somebody dies, or marries into another place; the household has one member fewer.

        Where it is to borrow, only once it has: then it is known whom a death warns.
        """
        for number, home in enumerate(homes):
            if self.stopping.is_set():
                return
            if home.id in borrowing and home.id not in self._lent:
                continue
            clerk = Village(home.village).clerk
            _, shown = await self.client.insist(clerk, "GET", f"/registry/v1/households/{home.id}")
            departure = {
                "id": named("departure", home.id), "reference": shown["people"][-1]["reference"],
                "reason": "death" if number % 2 else "marriage_out", "left_on": "2017-10-01",
            }  # fmt: skip
            path = "/registry/v1/households/departures"
            reported = await self.client.act("departure", departure["id"], clerk, "POST", path, {"items": [departure]})
            if reported.code is None:
                word = {"id": departure["id"], "confirmed": True}
                await self.client.act(
                    "departure_confirmed", departure["id"], home.township, "POST", f"{path}/confirmations",
                    {"items": [word]}, fine=("shared.wrong_state",),
                )  # fmt: skip
            await self.thought(max(1.0, self.seconds / len(homes)))

    async def pay(self) -> None:
        """Wages: days counted, owed, put into a file, checked, answered by the bank. Two of these doors take a key."""
        rounds = [(month, home) for month in range(2, 10) for home in self.workers]
        for month, home in rounds:
            if self.stopping.is_set():
                return
            on = date(2017, month, 1).isoformat()
            days: dict[str, Any] = {
                "id": named("attendance", f"{home.id}/{on}"), "assignment_id": named("assignment", home.id),
                "month_on": on, "days": self.rng.randint(5, 20),
            }  # fmt: skip
            await self.client.act(
                "attendance", days["id"], Village(home.village).clerk, "POST", "/industry/v1/posts/attendance",
                {"items": [days]},
            )  # fmt: skip
            key = str(uuid4())
            await self.client.act(
                "payroll", key, county.PLANNER, "POST", "/industry/v1/posts/payrolls", {"month_on": on}, key=key
            )
            await self._pay_out()
            await self.thought(max(1.0, self.seconds / len(rounds)))

    async def _pay_out(self) -> None:
        door, today = "/industry/v1/payouts/batches", (await self.today()).isoformat()
        key = str(uuid4())
        body = {"purposes": None, "payer": None, "pay_on": today}
        made = await self.client.act("payout_batch", key, county.PLANNER, "POST", door, body, key=key)
        if made.code is not None:
            return
        batch = f"{door}/{made.body['id']}"
        await self.client.act(
            "payout_check", made.body["id"], county.FINANCE, "POST", f"{batch}/check", {},
            fine=("shared.wrong_state",),
        )  # fmt: skip
        _, shown = await self.client.insist(county.PLANNER, "GET", batch)
        _, file = await self.client.insist(Bank(shown["bank"]).who, "GET", f"{batch}/file")
        rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(file)))
        total = rows.pop()
        lines = ["line_no,amount_yuan,result,code,paid_on"]
        paid_on = (await self.today()).isoformat()
        lines += [f"{r['line_no']},{r['amount_yuan']},paid,,{paid_on}" for r in rows]
        lines.append(f"total,{total['payee']},{total['amount_yuan']},,")
        await self.client.act(
            "payout_return", made.body["id"], Bank(shown["bank"]).who, "POST", f"{batch}/return",
            data="\n".join(lines).encode(),
        )  # fmt: skip

    async def read_visits(self, number: int) -> None:
        """The same list at the service's door and in the passport."""
        while not self.stopping.is_set():
            home = self.rng.choice(self.homes)
            who, known = Village(home.village).team, self.seen[home.id]
            paths = (f"/assessment/v1/visits?household_id={home.id}&limit=1000", f"/passport/{home.id}")
            status, body = await self.client.once(who, "GET", paths[number % 2])
            part = body if number % 2 == 0 or status != 200 else body["visits"].get("body")
            if status == 200 and part is not None and "items" in part:
                ids = [item["id"] for item in part["items"]]
                self.reads.append(read_of(f"reader {number}", home.id, ids, known))
            await self.thought()

    async def read_loans(self) -> None:
        """What is left of a loan tells how many steps were repaid; those that settle end with a larger one."""
        while not self.stopping.is_set():
            loans = [i for i in self.repayments if self.repayments[i]]
            if loans:
                loan = self.rng.choice(loans)
                known = self.seen[loan]
                status, body = await self.client.once(county.PLANNER, "GET", f"/finance/v1/loans/{loan}")
                if status == 200 and body["principal_fen"]:
                    steps = (LOAN_FEN - body["principal_fen"]) // STEP_FEN
                    self.reads.append(read_of("county", loan, [str(n) for n in range(steps)], known))
            await self.thought(0.5)

    async def follow_feed(self) -> None:
        """Reads on from where it stood; its cursor is on disk with what it has read."""
        cursor = ""
        while not self.stopping.is_set():
            path = f"/feed/exits?limit=100&wait_seconds=2&cursor={cursor}"
            status, page = await self.client.once(ARCHIVE, "GET", path)
            if status == 200:
                cursor = page["next"]
                for item in page["items"]:
                    event = item["event"]
                    self.feed.write({"position": item["position"], "id": event["id"], "key": event["partitionkey"]})
            else:
                await asyncio.sleep(0.3)
