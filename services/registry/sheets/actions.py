"""Handing in income sheets."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.registry.households import queries as households
from services.registry.households.rules import (
    CATEGORIES,
    UNNAMED,
    IncomeLine,
    Weight,
    income_year_period,
    is_of_age,
    net_income_fen,
)
from services.registry.households.schemas import IncomeStatement
from services.registry.households.tables import Household
from services.registry.incomes import actions as statements
from services.registry.sheets import queries
from services.registry.sheets.rules import SheetPolicy, faults, is_too_large, totals_fen, worth_fen
from services.registry.sheets.schemas import NewSheet, SheetTaken
from services.registry.sheets.tables import IncomeSheet, Signatory
from shared.acts.bodies import FieldError, result
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import text

ROOM = "registry.sheets"
# Who fills a sheet sat with the household, which heard the sum and signed.
WEIGHT: Weight = "visit"
CONTENT = ("household_id", "income_year", "stated_on", "said", "gifts_fen", "signed_by", "signature")


async def hand_in_sheets(
    connection: Connection, act: Act, policy: Policy, items: Sequence[NewSheet]
) -> list[SheetTaken]:
    """Each becomes the household's statement of its year; the same sheet again is answered the same."""
    homes = await households.lock_households(connection, [i.household_id for i in items])
    sheets = await queries.list_by_id(connection, [i.id for i in items])
    people = await queries.list_signatories(connection, [i.signed_by for i in items], act.business_date)
    figures = {year: policy.on(_last_day(year), SheetPolicy) for year in {i.income_year for i in items}}
    answers, fresh = list[SheetTaken](), list[tuple[NewSheet, SheetTaken]]()
    for item in items:
        rules, known = figures[item.income_year], sheets.get(item.id)
        if item.household_id not in homes:
            answers.append(_taken(item, "not_found"))
            continue
        answer = _judged(item, rules, people.get(item.signed_by), act.business_date)
        if answer.code is None:
            sheet = _sheet(act, item, rules, homes)
            answer.net_income_fen = sheet.net_income_fen
            if known is None:
                sheets[item.id] = sheet
                fresh.append((item, answer))
            elif any(getattr(known, name) != getattr(sheet, name) for name in CONTENT):
                answer = _taken(item, "content_differs")
        answers.append(answer)
    said = [_statement(item, figures[item.income_year]) for item, _ in fresh]
    by_day = {(item.household_id, item.income_year, item.stated_on): item.id for item, _ in reversed(fresh)}
    edited = await statements.record_incomes(connection, act, said, WEIGHT, by_day)
    kept = list[dict[str, Any]]()
    for (item, answer), edit in zip(fresh, edited, strict=True):
        answer.status, answer.code, answer.version, answer.conflict = (
            edit.status,
            edit.code,
            edit.version,
            edit.conflict,
        )
        if edit.status == "accepted":
            kept.append(sheets[item.id]._asdict())
    free = await queries.insert_sheets(connection, kept)
    for item, answer in fresh:
        if answer.status == "accepted" and item.id not in free:
            answer.status, answer.code = "refused", "shared.id_taken"
    return answers


def _last_day(income_year: int) -> date:
    return income_year_period(income_year).end_on - timedelta(days=1)


def _judged(item: NewSheet, rules: SheetPolicy, signatory: Signatory | None, on: date) -> SheetTaken:
    """A sheet by itself: taken, or refused with what is wrong in which line."""
    if wrong := faults(item.lines, rules):
        answer = _taken(item, wrong[0].reason)
        answer.errors = [
            FieldError(
                field=f"lines.{fault.line}.{fault.field}",
                expected_en=text(f"{ROOM}.{fault.reason}", "en"),
                expected_zh=text(f"{ROOM}.{fault.reason}", "zh"),
            )
            for fault in wrong
        ]
        return answer
    if is_too_large(totals_fen(item.lines, item.gifts_fen, rules)):
        return _taken(item, "sum_too_large")
    if signatory is None or signatory.household_id != item.household_id:
        return _taken(item, "not_of_the_household")
    return _taken(item, None if is_of_age(signatory.born_on, on) else "not_of_age")


def _taken(item: NewSheet, reason: str | None) -> SheetTaken:
    return SheetTaken.model_validate(result(ROOM, item.id, reason), from_attributes=True)


def _sheet(act: Act, item: NewSheet, rules: SheetPolicy, homes: Mapping[UUID, Household]) -> IncomeSheet:
    totals = totals_fen(item.lines, item.gifts_fen, rules)
    lines = [x.model_dump(exclude_none=True) | {"worth_fen": worth_fen(x, rules)} for x in item.lines]
    return IncomeSheet(
        id=item.id,
        household_id=item.household_id,
        division=homes[item.household_id].division,
        income_year=item.income_year,
        stated_on=item.stated_on,
        stated_by=act.subject,
        said={"lines": lines},
        gifts_fen=item.gifts_fen,
        net_income_fen=net_income_fen([IncomeLine(c, "statement", UNNAMED, totals[c]) for c in CATEGORIES]),
        signed_by=item.signed_by,
        signature=item.signature,
        weight=WEIGHT,
    )


def _statement(item: NewSheet, rules: SheetPolicy) -> IncomeStatement:
    """What follows from a sheet: totals by category, and what of them came from named payers."""
    named: dict[tuple[str, str], int] = {}
    for line in item.lines:
        place = rules.income_sources[line.source], line.payer or UNNAMED
        if line.payer and place[0] != "business_cost":
            named[place] = named.get(place, 0) + worth_fen(line, rules)
    totals = {f"{c}_fen": amount for c, amount in totals_fen(item.lines, item.gifts_fen, rules).items()}
    return IncomeStatement.model_validate(
        {
            "household_id": item.household_id,
            "income_year": item.income_year,
            "stated_on": item.stated_on,
            "base_version": item.base_version,
            "payers": [{"payer": p, "category": c, "amount_fen": fen} for (c, p), fen in named.items()],
            **totals,
        }
    )
