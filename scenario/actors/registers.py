"""Lists of other registers: the office hands them in, task forces look on the spot, townships settle what they saw."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Protocol

from scenario.actors import county
from scenario.actors.patience import send
from scenario.actors.townships import officer
from scenario.actors.villages import Village
from scenario.api import Api

FILES, SUSPICIONS = "/registry/v1/matches/files", "/registry/v1/suspicions"
# As each register calls its columns.
HEADINGS = {
    "payroll": ("身份证号码", "任职日期"),
    "vehicles": ("车主身份证号", "初次登记日期", "车牌号", "购置价(元)"),
    "houses": ("产权人身份证号", "登记日期", "不动产权证号"),
    "companies": ("法定代表人身份证号", "成立日期", "统一社会信用代码"),
}


class Row(Protocol):
    @property
    def register(self) -> str: ...
    @property
    def id_number(self) -> str: ...
    @property
    def thing(self) -> str: ...
    @property
    def since(self) -> date: ...
    @property
    def value_fen(self) -> int | None: ...


class Sight(Protocol):
    @property
    def so(self) -> bool: ...
    @property
    def since(self) -> date | None: ...
    @property
    def circumstance(self) -> str | None: ...


async def hand_in(api: Api, listed: Iterable[Row]) -> None:
    """A file for each register."""
    rows = list(listed)
    for register, headings in HEADINGS.items():
        text = io.StringIO()
        sheet = csv.writer(text)
        sheet.writerow(headings)
        for one in rows:
            if one.register == register:
                yuan = "" if one.value_fen is None else one.value_fen // 100
                sheet.writerow((one.id_number, one.since.isoformat(), one.thing, yuan)[: len(headings)])
        await api.call(county.PLANNER, "POST", f"{FILES}?kind={register}", data=text.getvalue().encode())


async def look(api: Api, village: Village, numbers: Mapping[str, str], see: Callable[[str], Sight]) -> None:
    """Somebody of the task force goes to each household; `see`: what he sees there, by its number."""
    items = []
    async for case in api.pages(village.team, f"{SUSPICIONS}?state=open"):
        seen = see(numbers[case["household_id"]])
        since = seen.since.isoformat() if seen.since else None
        said = {"so": seen.so, "since": since, "circumstance": seen.circumstance}
        items.append({"id": case["id"], "evidence": "visit"} | said)
    await send(api, village.team, f"{SUSPICIONS}/looks", items)


async def settle(api: Api, township: str) -> None:
    """The rule says what follows from what was seen; the officer only agrees to lay it before it."""
    path = f"{SUSPICIONS}?state=looked_into"
    items = [{"id": case["id"], "confirmed": True} async for case in api.pages(officer(township), path)]
    await send(api, officer(township), f"{SUSPICIONS}/settlements", items)
