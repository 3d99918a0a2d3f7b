"""A village: its committee, its task force, its villagers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid5

from scenario.actors import papers
from scenario.api import Api, Who


class Eyes(Protocol):
    """What people of a village see of its households, by household number."""

    def income(self, household_no: str) -> Any:
        """A dataclass of the year's lines in fen: wage, business, property, transfer, business cost."""

    def sheet(self, household_no: str) -> Any:
        """The same line by line; None where nobody fills a sheet."""

    def conditions(self, household_no: str, on: date) -> Any: ...
    def believed_out_of_poverty(self, household_no: str) -> bool: ...
    def was_safe_before(self, household_no: str) -> bool:
        """Whether its house was safe by the national register already."""

    def helper(self, household_no: str) -> Any: ...
    def helper_income(self, household_no: str) -> Any:
        """As `income`; None where the helper does not come."""

    def neighbours_object(self, household_no: str) -> bool: ...
    def meeting_agrees(self, household_no: str) -> bool: ...
    def household_agrees(self, household_no: str) -> bool: ...


class Wish(Protocol):
    """A loan that somebody wants; `named`: somebody else than the head signs, and the village says who."""

    wish_no: str
    household_no: str | None
    bank: str
    amount_fen: int
    purpose: str
    term_months: int
    borrower_name: str
    borrower_born_on: date
    named: bool


@dataclass(frozen=True, slots=True)
class Village:
    """The persons of one village. Chair and clerk check each other."""

    code: str

    def who(self, person: str, role: str) -> Who:
        return Who(f"{person}-{self.code}", role, self.code)

    @property
    def chair(self) -> Who:
        return self.who("chair", "village")

    @property
    def clerk(self) -> Who:
        return self.who("clerk", "village")

    @property
    def team(self) -> Who:
        return self.who("team", "team")


USES = {
    "sheep": "livestock", "cattle": "livestock", "pigs": "livestock", "oats": "crops", "flax": "crops",
    "potato": "crops", "herbs": "crops", "millet": "crops", "farmhouse": "trade", "shop": "trade",
    "pv_share": "entity_share",
}  # fmt: skip
SEEN = (
    "food_secure", "clothing_secure", "school_dropout", "medical_insured", "house_grade", "safe_water",
    "unfinished_major_illness", "only_subsidies",
)  # fmt: skip


async def poor_households(api: Api, village: Village) -> list[dict[str, Any]]:
    """The village's households that are still counted as poor: id and number."""
    return [h async for h in api.pages(village.team, "/registry/v1/households?status=poor")]


async def visit(api: Api, village: Village, eyes: Eyes, day: date) -> None:
    """The task force goes round and reports how the poor households live."""
    reports = []
    for household in await poor_households(api, village):
        seen = eyes.conditions(household["household_no"], day)
        reports.append(
            {"household_id": household["id"], "observed_on": day.isoformat()} | {n: getattr(seen, n) for n in SEEN}
        )
    if reports:
        await api.batches(village.team, "/registry/v1/households/conditions", reports)


async def state_incomes(api: Api, village: Village, eyes: Eyes, day: date) -> list[tuple[str, Any]]:
    """After 30 September the task force writes down the income year of every poor household. Those with whom it fills a
    sheet instead: a household's id, and what it says.
    """
    statements, sheets = [], []
    for household in await poor_households(api, village):
        if (parts := eyes.sheet(household["household_no"])) is not None:
            sheets.append((household["id"], parts))
            continue
        lines = eyes.income(household["household_no"])
        statements.append(
            {"household_id": household["id"], "income_year": 2017, "stated_on": day.isoformat()} | asdict(lines)
        )
    if statements:
        await api.batches(village.team, "/registry/v1/households/incomes", statements)
    return sheets


async def second_words(api: Api, village: Village, eyes: Eyes, phone: Callable[[Any], Who], day: date) -> None:
    """Of whoever is believed out of poverty somebody else than the task force says what it earned and how it lives:
    its own helper, or the chair where he does not come.
    """
    words: dict[Who, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}
    for household in await poor_households(api, village):
        number = household["household_no"]
        if not eyes.believed_out_of_poverty(number):
            continue
        earned = eyes.helper_income(number)
        who = village.chair if earned is None else phone(eyes.helper(number))
        incomes, seen = words.setdefault(who, ([], []))
        lines = asdict(earned or eyes.income(number))
        incomes.append({"household_id": household["id"], "income_year": 2017, "stated_on": day.isoformat()} | lines)
        if not eyes.was_safe_before(number):
            grade = eyes.conditions(number, day).house_grade
            seen.append({"household_id": household["id"], "observed_on": day.isoformat(), "house_grade": grade})
    for who, (incomes, seen) in words.items():
        await api.batches(who, "/registry/v1/households/incomes", incomes)
        await api.batches(who, "/registry/v1/households/conditions", seen)


async def state_measured(api: Api, village: Village, measured: Mapping[str, Any], day: date) -> None:
    """What was found to be lower than stated is stated anew, as the township measured it: lines by household."""
    statements = [
        {"household_id": one, "income_year": 2017, "stated_on": day.isoformat()} | asdict(lines)
        for one, lines in measured.items()
    ]
    await api.batches(village.team, "/registry/v1/households/incomes", statements)


async def report_grades(api: Api, village: Village, grades: Mapping[str, str], day: date) -> None:
    """What was found of houses is written down as it is, by household."""
    reports = [
        {"household_id": one, "observed_on": day.isoformat(), "house_grade": grade} for one, grade in grades.items()
    ]
    await api.batches(village.team, "/registry/v1/households/conditions", reports)


async def apply_for_loans(
    api: Api, village: Village, wishes: Iterable[Wish], known: dict[str, str]
) -> list[dict[str, Any]]:
    """The clerk hands in what households want, and who signs; who is not in the register has no household to name."""
    wanted = list(wishes)
    signs = {w.wish_no: await _reference(api, village, w, known) for w in wanted if w.named}
    items = [
        {
            "id": str(uuid5(NAMESPACE_URL, f"wish/{w.wish_no}")),
            "household_id": known.get(w.household_no or "", str(uuid5(NAMESPACE_URL, f"nobody/{w.wish_no}"))),
            "bank": w.bank, "amount_fen": w.amount_fen, "term_months": w.term_months,
            "purpose": USES.get(w.purpose, w.purpose), "borrower": signs.get(w.wish_no),
        }
        for w in wanted
    ]  # fmt: skip
    return await api.batches(village.clerk, "/finance/v1/loans/applications", items)


async def _reference(api: Api, village: Village, wish: Wish, known: dict[str, str]) -> str | None:
    """The clerk looks up who it is: the register shows a reference, never the number."""
    shown = await api.get(village.clerk, f"/registry/v1/households/{known[wish.household_no or '']}")
    who = wish.borrower_name, wish.borrower_born_on.isoformat()
    return next((p["reference"] for p in shown["people"] if (p["name"], p["born_on"]) == who), None)


async def _in_state(api: Api, who: Who, state: str) -> list[dict[str, Any]]:
    return [c async for c in api.pages(who, f"/registry/v1/exits?state={state}")]


async def propose_exits(api: Api, village: Village, eyes: Eyes) -> None:
    """The committee proposes whom it believes out of poverty; no plan tells it how many."""
    believed = [
        {"household_id": h["id"]}
        for h in await poor_households(api, village)
        if eyes.believed_out_of_poverty(h["household_no"])
    ]
    if believed:
        await api.batches(village.clerk, "/registry/v1/exits", believed)


async def review_exits(api: Api, village: Village, eyes: Eyes, numbers: dict[str, str], voters: int) -> None:
    """The villagers' representatives meet; the chair, who did not propose, records the vote."""
    cases = await _in_state(api, village.chair, "proposed")
    attended = max(1, voters * 4 // 5)
    items = [
        {
            "id": c["id"], "entitled": voters, "attended": attended,
            "in_favour": attended * 9 // 10 or 1 if eyes.meeting_agrees(numbers[c["household_id"]]) else attended // 3,
        }
        for c in cases
    ]  # fmt: skip
    if items:
        await api.batches(village.chair, "/registry/v1/exits/reviews", items)


async def check_exits(api: Api, village: Village, eyes: Eyes, numbers: dict[str, str], day: date) -> None:
    """The task force goes to every household once more, and each signs whether it agrees."""
    items = [
        {"id": c["id"], "confirmed": True, "evidence": "visit"} for c in await _in_state(api, village.team, "reviewed")
    ]
    if items:
        await api.batches(village.team, "/registry/v1/exits/checks", items)
    asked = await _in_state(api, village.clerk, "checked")
    words = {c["id"]: eyes.household_agrees(numbers[c["household_id"]]) for c in asked}
    await papers.sign(api, (village.chair, village.team), "registry.exits", words, day)


async def post_notices(api: Api, village: Village) -> None:
    items = [{"id": c["id"]} for c in await _in_state(api, village.clerk, "consented")]
    if items:
        await api.batches(village.clerk, "/registry/v1/exits/notices", items)


async def _neighbour(api: Api, village: Village) -> Who:
    """Somebody who lives in the village, as the register refers to him."""
    listed = await api.get(village.chair, "/registry/v1/households?limit=1")
    home = await api.get(village.chair, f"/registry/v1/households/{listed['items'][0]['id']}")
    return Who(f"villager-{village.code}", "villager", village.code, person=home["people"][0]["reference"])


async def read_notices(api: Api, village: Village, eyes: Eyes, numbers: dict[str, str]) -> list[tuple[str, str]]:
    """Villagers read the notice; who thinks he knows better objects. `numbers`: household number by id. The objections,
    each with the number of whom it is about.
    """
    found = []
    for case in await _in_state(api, village.chair, "noticed"):
        number = numbers.get(case["household_id"], "")
        if eyes.neighbours_object(number):
            body = {"id": case["id"], "reason": "income"}
            villager = await _neighbour(api, village)
            answer = await api.post(villager, "/registry/v1/exits/objections", body)
            found.append((str(answer["id"]), number))
    return found
