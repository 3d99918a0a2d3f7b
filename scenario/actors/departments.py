"""Departments of the county: each attests of its own lists what its trade is, one by one or by file."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Protocol

from scenario.actors import county
from scenario.actors.patience import named, send
from scenario.api import Api

ATTESTATIONS = "/registry/v1/attestations"
INCOME_YEAR = 2017
NUMBER, SINCE, DOCUMENT_NO, HOUSE_GRADE = "户编号", "起始日期", "依据文号", "住房鉴定等级"
PAPERS = {
    "agriculture": "神农字〔2017〕8号",
    "civil_affairs": "神民字〔2017〕31号",
    "disabled_federation": "神残字〔2017〕5号",
    "education": "神教字〔2017〕14号",
    "health": "神卫字〔2017〕9号",
    "housing": "神建字〔2017〕22号",
    "human_resources": "神人社字〔2017〕17号",
    "water": "神水字〔2017〕12号",
}
LOOKED_AGAIN = "神扶字〔2017〕64号"


class Paid(Protocol):
    @property
    def no(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def amount_fen(self) -> int: ...


class Listed(Protocol):
    """`id_number`: of whom of the household it is; '' where it is about the household."""

    @property
    def no(self) -> str: ...
    @property
    def id_number(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def value(self) -> str | bool | int: ...
    @property
    def since(self) -> date: ...


async def attest_incomes(api: Api, unit: str, paid: Iterable[Paid]) -> None:
    """What stands in the list of what was paid out."""
    items = [
        {
            "id": named("attested income", f"{p.no}/{p.source}"), "household_no": p.no, "income_year": INCOME_YEAR,
            "source": p.source, "amount_fen": p.amount_fen, "document_no": PAPERS[unit],
        }
        for p in paid
    ]  # fmt: skip
    await send(api, county.bureau(unit), f"{ATTESTATIONS}/incomes", items)


async def attest(api: Api, unit: str, listed: Iterable[Listed]) -> None:
    """All that it knows of one in one word; a person by the number of his certificate."""
    items: dict[str, dict[str, Any]] = {}
    for one in listed:
        key = named("attested", f"{unit}/{one.no}/{one.id_number}/{one.since}")
        whom = {"number": one.id_number} if one.id_number else {"household_no": one.no}
        word = {"id": key, "since": one.since.isoformat(), "document_no": PAPERS[unit]} | whom
        items.setdefault(key, word)[one.field] = one.value
    await send(api, county.bureau(unit), ATTESTATIONS, list(items.values()))


async def hand_in_houses(api: Api, listed: Sequence[Listed]) -> None:
    """The bureau of housing sends its list of houses as a file."""
    if not listed:
        return
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow((NUMBER, SINCE, DOCUMENT_NO, HOUSE_GRADE))
    rows.writerows((one.no, one.since.isoformat(), PAPERS["housing"], one.value) for one in listed)
    await api.call(county.bureau("housing"), "POST", f"{ATTESTATIONS}/files", data=text.getvalue().encode())


async def answer(api: Api, unit: str, look: Callable[[str, Any], Any], day: date) -> None:
    """What was seen otherwise than attested: the bureau goes there, and attests what it finds. `look`: what is so, by
    household number and field.
    """
    path = f"{ATTESTATIONS}/overruled"
    seen = [w async for w in api.pages(county.bureau(unit), path) if w["differs"] and w["answered_on"] is None]
    asked = dict.fromkeys((w["household_no"], w["field"]) for w in seen if w["person"] is None)
    items = [
        {
            "id": named("attested anew", f"{unit}/{no}/{field}/{day}"), "household_no": no, "since": day.isoformat(),
            "document_no": LOOKED_AGAIN, field: look(no, field),
        }
        for no, field in asked
    ]  # fmt: skip
    await send(api, county.bureau(unit), ATTESTATIONS, items)
