"""Taking down grievances, answering them, handing the answer over, and taking them higher."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from services.registry.grievances import queries
from services.registry.grievances.rules import (
    OFFICES,
    GrievancePolicy,
    Office,
    escalation_refusal,
    filing_refusal,
    first_office,
    may_read,
    next_office,
    sheet_refusal,
    signed_step,
    speaking_refusal,
    telling_refusal,
)
from services.registry.grievances.schemas import Answer, AnswerShown, Grievance, GrievanceStep, Handing, NewGrievance
from services.registry.grievances.tables import GrievanceCase, grievance
from shared.acts.bodies import Case, Result
from shared.acts.openings import open_cases
from shared.acts.papers import PartysStep, Signed
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    advance,
    lock_cases,
    log_steps,
    notice_over_on,
    take_step,
)
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.calendar import DAY, Days

Item = TypeVar("Item", Case, Signed)

ROOM = "registry.grievances"
RECORDERS = ("village", "team", "township", "county", "auditor")
PARTIES = ("villager", *RECORDERS)
ANSWERERS = tuple(f"{office}_answered_by" for office in OFFICES)
PROMISED = "answer_by_on"
# Nobody but the complainant is asked to go on when he was told; who took it down for him may say it all the same.
OWN_WORD = "current_setting('app.role', true) = 'villager'"


def _answer(office: Office, zh: str, en: str) -> Step:
    """Nobody answers what he took down, nor what he has answered before in another office."""
    own = f"{office}_answered"
    others = tuple(name for name in ANSWERERS if name != f"{own}_by")
    sets = (f"{office}_answer_sealed", "upheld", PROMISED)
    return Step(own, f"with_{office}", (office,), ("recorded_by", *others), own, due=PROMISED, sets=sets, zh=zh, en=en)


def _signed(office: Office) -> Step:
    """It lies with an office once the complainant's sheet is vouched for; no login takes this step."""
    return Step(f"with_{office}", "unsigned", (), sets=("with_office", PROMISED),
                zh="诉求人签字提出", en="The complainant signs what he complains of")  # fmt: skip


def _higher(office: Office, after: str, below: Office) -> Step:
    """The complainant goes on when he was told; before that whoever waits does so when it is late, or the register."""
    name, sets = f"with_{office}", ("with_office", PROMISED)
    if after == "told":
        return Step(name, after, PARTIES, days=30, sets=sets, asked_where=f"c.with_office = '{below}' AND {OWN_WORD}",
                    zh="不服答复，提请上一级", en="The complainant goes higher")  # fmt: skip
    return Step(name, after, ("villager", office), due=PROMISED, sets=sets, asked_where=f"c.{PROMISED} < :on",
                zh="逾期未答复，提请上一级", en="Late: it goes higher")  # fmt: skip


# Until it is told, every state is due on the day that was promised for the answer.
GRIEVANCE = Procedure(ROOM, grievance, ((
    *(_signed(office) for office in OFFICES),
    _answer("township", "乡镇答复", "Answer of the township"),
    _answer("county", "县级答复", "Answer of the county"),
    _answer("auditor", "监督部门答复", "Answer of the auditor"),
    # By who took it down, else by the office.
    *(Step("told", f"{office}_answered", ("villager", "village", "team", office), signs="handed", due=PROMISED,
           sets=("handed",), zh="答复送达签收", en="The answer is handed over and signed for") for office in OFFICES),
    Step("settled", "told", PARTIES, ANSWERERS, "settled", days=30,
         asked_where=OWN_WORD, zh="认可答复", en="The complainant accepts the answer"),
    *(_higher("county", after, "township") for after in ("told", "with_township", "township_answered")),
    *(_higher("auditor", after, "county") for after in ("told", "with_county", "county_answered")),
),), freezes=False)  # fmt: skip


def _promised(act: Act, policy: Policy) -> date:
    """The last of the working days within which an answer is due that is asked for today."""
    working = Days(policy.on(act.business_date, GrievancePolicy).grievance_answer_days, working=True, from_next=True)
    return notice_over_on(act, working) - DAY


async def file_grievances(
    connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, items: Sequence[NewGrievance]
) -> list[Result]:
    """What is complained of waits for the office that answers; the same item again is answered the same."""
    household_ids = sorted({i.household_id for i in items if i.household_id})
    places = await queries.list_places(connection, household_ids)
    living = await queries.list_living(connection, household_ids)
    known = await queries.list_by_id(connection, [i.id for i in items])
    promised, caller = _promised(act, policy), act.caller

    def judge(item: NewGrievance) -> str | GrievanceCase:
        about, person = item.about_office, caller.person or item.person
        reason = filing_refusal(
            caller.role,
            act.subject,
            item.channel,
            about,
            item.about_subject,
            named=item.person is not None,
            at_home=item.household_id is not None,
        )
        place = places.get(item.household_id) if item.household_id else item.division or caller.area
        if reason or place is None:
            return reason or "not_found"
        if not caller.within(place):
            return "outside_area"
        if person and (item.household_id or not caller.person) and (person, item.household_id) not in living:
            return "not_of_household"
        office = first_office(about, place)
        unsigned = item.channel == "paper"
        return GRIEVANCE.opened(
            act,
            "unsigned" if unsigned else f"with_{office}",
            **item.model_dump(include={"id", "household_id", "matter", "channel", "about_office", "about_subject"}),
            division=place,
            person=person or None,
            text_sealed=data_keys.encrypt(item.text, "grievance", "text_sealed", item.id),
            with_office=office,
            answer_by_on=promised,
            **({} if unsigned else {"due_on": promised}),
            filed_on=act.business_date,
            recorded_by=act.subject,
        )

    said = {one: row._asdict() | {"text": _read(data_keys, row, "text_sealed")} for one, row in known.items()}
    content = ("matter", "channel", "text", "household_id", "about_office", "about_subject")
    save = partial(queries.insert_grievances, connection)
    return await open_cases(connection, act, GRIEVANCE, "filed", items, said, content, judge, save)


def _read(data_keys: DataKeys, case: GrievanceCase, column: str) -> str | None:
    sealed = getattr(case, column)
    return data_keys.decrypt(sealed, "grievance", column, case.id) if sealed else None


async def answer(connection: Connection, act: Act, data_keys: DataKeys, items: Sequence[Answer]) -> list[Result]:
    """By the office with which it lies."""
    column = f"{act.caller.role}_answer_sealed"

    def find(case: GrievanceCase, item: Answer) -> Finding:
        sealed = data_keys.encrypt(item.answer, "grievance", column, case.id)
        sets = {column: sealed, "upheld": item.upheld, PROMISED: case.answer_by_on}
        return Finding(detail={"upheld": item.upheld}, sets=sets)

    return await take_step(connection, act, GRIEVANCE, f"{act.caller.role}_answered", items, find)


async def hand_over(connection: Connection, act: Act, items: Sequence[Handing]) -> list[Result]:
    """The answer is in the complainant's hands, who signed for it; the deadline ends here and not before."""

    def find(case: GrievanceCase, item: Handing) -> Finding:
        refusal = telling_refusal(case.channel, item.handed)
        return Finding(refusal=refusal, detail={"handed": item.handed}, sets={"handed": item.handed})

    return await take_step(connection, act, GRIEVANCE, "told", items, find)


async def settle(connection: Connection, act: Act, items: Sequence[Case]) -> list[Result]:
    def find(case: GrievanceCase, _item: Case) -> Finding:
        return Finding(refusal=speaking_refusal(act.caller.role, case.channel))

    return await take_step(connection, act, GRIEVANCE, "settled", items, find)


async def escalate(connection: Connection, act: Act, policy: Policy, items: Sequence[Case]) -> list[Result]:
    """To the next office, which has as many days as the first one had."""
    cases = await lock_cases(connection, GRIEVANCE, [i.id for i in items])
    promised = _promised(act, policy)

    def find(case: GrievanceCase, _item: Case) -> Finding:
        refusal = escalation_refusal(
            case.with_office, case.state, act.caller.role, case.channel, case.answer_by_on, act.business_date
        )
        return Finding(refusal=refusal, sets={"with_office": next_office(case.with_office), PROMISED: promised})

    def step(case: GrievanceCase, _item: Case) -> str:
        if case.state == "unsigned":
            return "told"  # it lies with nobody yet, and no step leads there
        return f"with_{next_office(case.with_office) or case.with_office}"

    return await _take_each(connection, act, items, cases, step, find)


async def sign(connection: Connection, act: Act, policy: Policy, items: Sequence[Signed]) -> list[Result]:
    """What complainants signed on paper, and two persons vouched for: each his own word, by where his case stands."""
    cases = await lock_cases(connection, GRIEVANCE, [i.id for i in items])
    promised = _promised(act, policy)

    def find(case: GrievanceCase, item: Signed) -> Finding:
        detail = {"signature": item.signature}
        if case.state == "unsigned" and not item.agreed:
            return Finding(passed=False, detail=detail, ends="withdrawn")
        higher = next_office(case.with_office) if case.state == "told" else case.with_office
        sets = {} if item.agreed and case.state == "told" else {"with_office": higher, PROMISED: promised}
        return Finding(detail=detail, sets=sets)

    return await _take_each(connection, act, items, cases, _step_of, find, on_paper=True)


async def _take_each(
    connection: Connection,
    act: Act,
    items: Sequence[Item],
    cases: Mapping[UUID, GrievanceCase],
    step: Callable[[GrievanceCase, Item], str],
    find: Callable[[GrievanceCase, Item], Finding],
    *,
    on_paper: bool = False,
) -> list[Result]:
    """Each by the step that is its own; of a case that is not there, any step says so."""
    places: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        case = cases.get(item.id)
        places.setdefault(step(case, item) if case else "told", []).append(place)
    results: dict[int, Result] = {}
    for name, those in places.items():
        named = [items[n] for n in those]
        done = await take_step(connection, act, GRIEVANCE, name, named, find, rows=cases, on_paper=on_paper)
        results |= dict(zip(those, done, strict=True))
    return [results[place] for place in range(len(items))]


async def raise_late(connection: Connection, act: Act, policy: Policy, most: int) -> int:
    """What is late goes to the next office, where it is asked anew; the last one's is marked. How many there were."""
    late = await queries.lock_late(connection, act.business_date, most)
    last = [case for case in late if next_office(case.with_office) is None]
    promised = _promised(act, policy)
    for office in OFFICES[1:]:
        found = Finding(sets={"with_office": office, PROMISED: promised})
        changes = [(case, f"with_{office}", found) for case in late if next_office(case.with_office) == office]
        await advance(connection, act, GRIEVANCE, f"with_{office}", changes)
    await queries.mark_late(connection, [case.id for case in last], act.business_date)
    await log_steps(connection, act, GRIEVANCE, "late", [(case, PASSED) for case in last])
    return len(late)


def _step_of(case: GrievanceCase, sheet: Any) -> str:
    return signed_step(case.state, case.with_office, agreed=sheet.agreed)


def _against(case: GrievanceCase, sheet: Any) -> str | None:
    reason = sheet_refusal(case.person, case.household_id, case.state, case.with_office, agreed=sheet.agreed)
    return reason and f"{ROOM}.{reason}"


# Neither who is complained of nor who has answered vouches for what the complainant signed.
COMPLAINANT = PartysStep(GRIEVANCE, _step_of, sign, ("about_subject", *ANSWERERS), _against)


def shown(data_keys: DataKeys, act: Act, case: GrievanceCase, steps: Sequence[Any]) -> Grievance:
    """As the caller may read it."""
    given = [office for office in OFFICES if getattr(case, f"{office}_answered_by")]
    reads = may_read(act.caller.role, case.with_office, frozenset(given))
    read = partial(_read, data_keys, case) if reads else lambda _column: None
    return Grievance(
        **case._asdict() | {
            "text": read("text_sealed"),
            "about_subject": case.about_subject if reads else None,
            "person": case.person if reads else None,
            "answers": [
                AnswerShown(
                    office=office,
                    answered_on=getattr(case, f"{office}_answered_on"),
                    answer=read(f"{office}_answer_sealed"),
                )
                for office in given
            ],
            "steps": [GrievanceStep(**{n: s[n] for n in GrievanceStep.model_fields}) for s in steps],
        }
    )  # fmt: skip
