"""Those who help and those who look at how they help: offices, helpers' phones, auditors, a third party."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from scenario.actors import county, townships
from scenario.actors.patience import named, once, send
from scenario.api import Api, Who

AUDITOR = Who("auditor-first", "auditor", county.COUNTY)
SECOND_AUDITOR = Who("auditor-second", "auditor", county.COUNTY)
SURVEYOR = Who("surveyor", "surveyor", county.COUNTY)

PER_UNIT = 10  # households that the third party asks for each unit
COPIED = 4  # notes this many times as many as different ones look copied to an auditor
FEWEST_NOTES = 12
ASKED = 5  # households, before an auditor believes in a case
APPEALS = 3
LEAST_PRESENCE_X100 = 100  # what a recorded illness gives back to a team


class Unit(Protocol):
    code: str
    name_zh: str
    kind: str
    village_code: str


class Cadre(Protocol):
    subject: str
    unit_code: str
    role: str
    area: str
    starts_on: date


class Visit(Protocol):
    key: str
    household_no: str
    visited_on: date
    lat_e6: int
    lon_e6: int
    note: str
    findings: tuple[str, ...]


class CheckIn(Protocol):
    key: str
    on: date
    lat_e6: int
    lon_e6: int


class Answer(Protocol):
    satisfied: bool
    aware: bool
    visited_often: bool


def cadre_id(subject: str) -> str:
    return named("cadre", subject)


def unit_id(code: str) -> str:
    return named("unit", code)


def phone(cadre: Cadre) -> Who:
    return Who(cadre.subject, "helper" if cadre.role == "helper" else "team", cadre.area)


async def declare_places(api: Api, places: Mapping[str, tuple[int, int]]) -> None:
    items = [{"division": code, "lat_e6": lat, "lon_e6": lon} for code, (lat, lon) in places.items()]
    await send(api, county.PLANNER, "/assessment/v1/teams/places", items, "PUT")


async def declare_units(api: Api, units: Iterable[Unit]) -> None:
    items = [
        {"id": unit_id(u.code), "code": u.code, "name_zh": u.name_zh, "kind": u.kind, "division": u.village_code}
        for u in units
    ]
    await send(api, county.PLANNER, "/assessment/v1/teams/units", items, "PUT")


async def declare_cadres(api: Api, cadres: Iterable[Cadre]) -> None:
    items = [
        {
            "id": cadre_id(c.subject), "subject": c.subject, "unit_id": unit_id(c.unit_code), "role": c.role,
            "division": c.area, "starts_on": c.starts_on.isoformat(),
        }
        for c in cadres
    ]  # fmt: skip
    await send(api, county.PLANNER, "/assessment/v1/teams/cadres", items, "PUT")


async def pair(api: Api, township: str, helped: Sequence[tuple[Cadre, str]], day: date = date.min) -> None:
    """The township gives helpers to its households, first or in a handover. `helped`: (helper, household's id); from
    their first day on, or from a later `day`.
    """
    items = [
        {
            "id": named("pairing", f"{cadre.subject}/{household}"), "household_id": household,
            "cadre_id": cadre_id(cadre.subject), "starts_on": max(cadre.starts_on, day).isoformat(),
        }
        for cadre, household in helped
    ]  # fmt: skip
    await send(api, townships.officer(township), "/assessment/v1/teams/pairings", items)


async def sync_visits(api: Api, cadre: Cadre, visits: Sequence[Visit], ids: Mapping[str, str]) -> None:
    """A phone finds a network and sends what it has. `ids`: household id by number."""
    items = [_visit(v, ids[v.household_no]) for v in visits if v.household_no in ids]
    if items:
        await send(api, phone(cadre), "/assessment/v1/visits/sync", items)


def _visit(visit: Visit, household: str) -> dict[str, Any]:
    return {
        "id": named("visit", visit.key), "household_id": household, "visited_on": visit.visited_on.isoformat(),
        "lat_e6": visit.lat_e6, "lon_e6": visit.lon_e6, "note": visit.note, "findings": list(visit.findings),
    }  # fmt: skip


async def sync_blunders(api: Api, cadre: Cadre, visit: Visit, household: str, tomorrow: date) -> None:
    """A clock that runs ahead, a position in another province, and a message sent twice because no answer came."""
    right = _visit(visit, household)
    early = right | {"id": named("blunder/tomorrow", visit.key), "visited_on": tomorrow.isoformat()}
    away = right | {"id": named("blunder/away", visit.key), "lat_e6": 34_340_000, "lon_e6": 108_940_000}
    await send(api, phone(cadre), "/assessment/v1/visits/sync", [right, early, away])
    await send(api, phone(cadre), "/assessment/v1/visits/sync", [right])


async def check_in(api: Api, cadre: Cadre, days: Sequence[CheckIn]) -> None:
    items = [
        {"id": named("check-in", c.key), "on": c.on.isoformat(), "lat_e6": c.lat_e6, "lon_e6": c.lon_e6} for c in days
    ]
    if items:
        await send(api, phone(cadre), "/assessment/v1/visits/checkins", items)


async def suspect_villages(api: Api, numbers: Mapping[str, str]) -> None:
    """An auditor reads upheld objections: where neighbours were right, everything on notice is looked into.

    Accused are the village's unit and who helps the household that was objected to. `numbers`: household number by id.
    """
    wrong: dict[str, list[str]] = {}
    async for case in api.pages(AUDITOR, "/registry/v1/exits?state=refused"):
        shown = await api.get(AUDITOR, f"/registry/v1/exits/{case['id']}")
        if any(o["upheld"] for o in shown["objections"]):
            wrong.setdefault(case["division"], []).append(case["household_id"])
    known = {c["division"] async for c in api.pages(AUDITOR, "/assessment/v1/cases")}
    units = [u async for u in api.pages(AUDITOR, "/assessment/v1/teams/units")]
    for division, objected in sorted(wrong.items()):
        if division in known:
            continue
        touched = set(objected)
        for state in ("noticed", "township_checked"):
            path = f"/registry/v1/exits?state={state}&division={division}"
            touched |= {c["household_id"] async for c in api.pages(AUDITOR, path)}
        subjects = {u["id"] for u in units if u["division"] == division}
        for household in sorted(objected, key=numbers.__getitem__)[:20]:
            path = f"/assessment/v1/teams/pairings?household_id={household}"
            subjects |= {p["cadre_id"] async for p in api.pages(AUDITOR, path) if p["ends_on"] is None}
        if subjects:
            await _open(api, division, "fabricated_income", subjects, touched, "upheld objections to exits")


async def suspect_copies(api: Api, year: int) -> None:
    """An auditor reads the list of repeated notes; few sentences for many visits are a case."""
    found = (await api.get(AUDITOR, f"/assessment/v1/visits/copies?year={year}"))["items"]
    cadres = {c["id"]: c async for c in api.pages(AUDITOR, "/assessment/v1/teams/cadres")}
    for row in found:
        if row["visits"] >= FEWEST_NOTES and row["distinct_notes"] * COPIED <= row["visits"]:
            division = cadres[row["cadre_id"]]["division"]
            await _open(api, division, "copied_visits", {row["cadre_id"]}, set(), "the same notes at many visits")


async def _open(
    api: Api, division: str, kind: str, subjects: Iterable[str], households: Iterable[str], evidence: str
) -> None:
    body = {
        "id": named("case", f"{kind}/{division}/{','.join(sorted(subjects))}"), "division": division, "kind": kind,
        "subject_ids": sorted(subjects), "household_ids": sorted(households), "evidence": evidence,
    }  # fmt: skip
    await once(api, AUDITOR, "/assessment/v1/cases", body)


async def confirm_cases(api: Api, numbers: Mapping[str, str], visited_often: Callable[[str], bool]) -> None:
    """Another auditor looks: of copied notes, by asking some of the households whether he comes at all.

    `numbers`: household number by id; `visited_often`: what a household says, by its number.
    """
    for case in [c async for c in api.pages(SECOND_AUDITOR, "/assessment/v1/cases?state=open")]:
        end = "confirmation"
        if case["kind"] == "copied_visits":
            shown = await api.get(SECOND_AUDITOR, f"/assessment/v1/cases/{case['id']}")
            path = f"/assessment/v1/teams/pairings?cadre_id={shown['subject_ids'][0]}"
            helped = sorted(
                [
                    numbers[p["household_id"]]
                    async for p in api.pages(SECOND_AUDITOR, path)
                    if p["household_id"] in numbers
                ]
            )[:ASKED]
            if sum(map(visited_often, helped)) >= len(helped) * 4 // 5:
                end = "dismissal"
        await once(api, SECOND_AUDITOR, f"/assessment/v1/cases/{case['id']}/{end}", {})


async def review_frozen(api: Api, township: str, measured_over: Callable[[str], bool]) -> None:
    """The township measures frozen households anew; who is over the line goes on, the others stand still."""
    officer = townships.officer(township)
    for case in [c async for c in api.pages(officer, "/assessment/v1/cases?state=confirmed")]:
        if case["division"][:9] != township:
            continue
        shown = await api.get(officer, f"/assessment/v1/cases/{case['id']}")
        frozen = [h["household_id"] for h in shown["households"] if h["reviewed_on"] is None]
        clean = [h for h in frozen if measured_over(h)]
        if clean:
            await send(api, officer, f"/assessment/v1/cases/{case['id']}/reviews", [{"household_id": h} for h in clean])


def survey_id(year: int) -> str:
    return named("survey", year)


async def open_survey(api: Api, year: int, seed: str) -> None:
    body = {"id": survey_id(year), "year": year, "seed": seed, "per_unit": PER_UNIT}
    await once(api, county.PLANNER, "/assessment/v1/surveys/rounds", body)


async def ask_households(api: Api, year: int, day: date, ask: Callable[[str], Answer | None]) -> None:
    """`ask`: what a household says, by its id."""
    items = []
    async for sample in api.pages(SURVEYOR, f"/assessment/v1/surveys/samples?round_id={survey_id(year)}"):
        said = ask(sample["household_id"])
        if said is not None and not sample["answered"] and not sample["not_asked"]:
            answer = {"satisfied": said.satisfied, "aware": said.aware, "visited_often": said.visited_often}
            items.append({"id": sample["id"], "answered_on": day.isoformat()} | answer)
    if items:
        await send(api, SURVEYOR, "/assessment/v1/surveys/answers", items)


async def close_survey(api: Api, year: int) -> None:
    await once(api, county.DECIDER, f"/assessment/v1/surveys/rounds/{survey_id(year)}/closing", {})


def run_id(year: int) -> str:
    return named("scoring", year)


async def score(api: Api, year: int) -> None:
    await once(api, county.PLANNER, "/assessment/v1/scoring/runs", {"id": run_id(year), "year": year})


async def publish(api: Api, year: int) -> None:
    await once(api, county.DECIDER, f"/assessment/v1/scoring/runs/{run_id(year)}/publication", {})


async def appeal(api: Api, year: int, cadres: Sequence[Cadre]) -> None:
    """Some who had recorded visits that did not count, and one team that was ill, read their scores and appeal."""
    by_id = {cadre_id(c.subject): c for c in cadres}
    kinds: dict[str, list[dict[str, Any]]] = {}
    for kind in ("helper", "unit"):
        path = f"/assessment/v1/scoring/scores?year={year}&kind={kind}"
        kinds[kind] = [s async for s in api.pages(county.ANNOUNCER, path)]
    helpers = [s for s in kinds["helper"] if _points(s, "visits") is not None and s["subject_id"] in by_id]
    helpers.sort(key=lambda s: (_points(s, "visits") or 0, s["subject_id"]))
    for mine in helpers[: min(APPEALS, len(helpers))]:
        await _appeal(api, by_id[mine["subject_id"]], mine, year, "visits", "visit_not_counted")
    secretaries = {unit_id(c.unit_code): c for c in cadres if c.role == "first_secretary"}
    units = [s for s in kinds["unit"] if _points(s, "presence") is not None and s["subject_id"] in secretaries]
    for ours in sorted(units, key=lambda s: (_points(s, "presence") or 0, s["subject_id"]))[:1]:
        await _appeal(api, secretaries[ours["subject_id"]], ours, year, "presence", "leave_not_counted")


def _points(score_: Mapping[str, Any], code: str) -> int | None:
    """What a line brought, where it could have brought more."""
    return next(
        (x["points_x100"] for x in score_["lines"] if x["code"] == code and x["points_x100"] < x["max_x100"]), None
    )


async def _appeal(api: Api, cadre: Cadre, score_: Mapping[str, Any], year: int, code: str, reason: str) -> None:
    body = {
        "id": named("appeal", f"{year}/{score_['subject_id']}/{code}"), "subject_id": score_["subject_id"],
        "year": year, "code": code, "reason": reason,
    }  # fmt: skip
    await once(api, phone(cadre), "/assessment/v1/appeals", body)


async def decide_appeals(api: Api, year: int) -> None:
    """A third person of the county looks: an illness that was not recorded is made good, a desk is no village."""
    for open_ in [a async for a in api.pages(county.ANNOUNCER, "/assessment/v1/appeals?state=open")]:
        body: dict[str, Any] = {"upheld": False}
        if open_["reason"] == "leave_not_counted":
            path = f"/assessment/v1/scoring/scores/{open_['subject_id']}?year={year}"
            lines = (await api.get(county.ANNOUNCER, path))["items"][-1]["lines"]
            line = next(x for x in lines if x["code"] == open_["code"])
            more = min(line["points_x100"] + LEAST_PRESENCE_X100, line["max_x100"])
            body = {"upheld": True, "points_x100": more}
        await once(api, county.ANNOUNCER, f"/assessment/v1/appeals/{open_['id']}/decision", body)
