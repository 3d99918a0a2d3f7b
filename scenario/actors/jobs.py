"""Posts, training and forests: villages propose and count days, townships check and teach, bureaus approve."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from scenario.actors import county, townships
from scenario.actors.patience import named, send
from scenario.actors.villages import Village
from scenario.api import Api

POSTS, TRAINING, FORESTRY = "/industry/v1/posts", "/industry/v1/training", "/industry/v1/forestry"
SCHOOL = "vocational-school"
FIRST_YEAR = 1


class Post(Protocol):
    key: str
    kind: str
    division: str
    monthly_fen: int
    reserved: bool
    household_no: str
    month_on: date


class Class(Protocol):
    key: str
    course: str
    division: str
    starts_on: date
    days: int


class Trainee(Protocol):
    key: str
    class_key: str
    household_no: str
    days: int
    passed: bool


class Plot(Protocol):
    key: str
    household_no: str
    area_mu_x100: int
    standing_mu_x100: int
    planted_on: date


class Coop(Protocol):
    key: str
    division: str
    members: int
    poor_members: int
    area_mu_x100: int
    contract_fen: int
    labour_fen: int
    worked: tuple[tuple[str, date, int], ...]


async def open_posts(api: Api, posts: Iterable[Post]) -> None:
    items = [
        {
            "id": named("post", p.key), "division": p.division, "kind": p.kind, "monthly_fen": p.monthly_fen,
            "reserved_for_relocated": p.reserved, "employer_code": None,
        }
        for p in posts
    ]  # fmt: skip
    await send(api, county.PLANNER, POSTS, items)


async def propose(api: Api, village: str, posts: Iterable[Post], known: Mapping[str, str]) -> None:
    items = [
        {
            "id": named("assignment", p.key), "post_id": named("post", p.key),
            "household_id": known[p.household_no], "starts_on": p.month_on.isoformat(),
        }
        for p in posts
    ]  # fmt: skip
    await send(api, Village(village).clerk, f"{POSTS}/proposals", items)


async def check_proposals(api: Api, township: str) -> None:
    officer = townships.officer(township)
    waiting = [a async for a in api.pages(officer, f"{POSTS}/assignments?state=proposed")]
    await send(api, officer, f"{POSTS}/checks", [{"id": a["id"], "confirmed": True} for a in waiting])


async def approve_proposals(api: Api) -> None:
    waiting = [a async for a in api.pages(county.HUMAN_RESOURCES, f"{POSTS}/assignments?state=checked")]
    await send(api, county.HUMAN_RESOURCES, f"{POSTS}/approvals", [{"id": a["id"], "confirmed": True} for a in waiting])


async def count_days(api: Api, village: str, days: Mapping[str, int], month_on: date) -> None:
    """`days`: worked in the month, by the post's key; for posts that nobody got it is refused."""
    items = [
        {
            "id": named("attendance", f"{key}/{month_on}"), "assignment_id": named("assignment", key),
            "month_on": month_on.isoformat(), "days": n,
        }
        for key, n in days.items()
    ]  # fmt: skip
    await send(api, Village(village).clerk, f"{POSTS}/attendance", items)


async def run_payroll(api: Api, month_on: date) -> None:
    body = {"month_on": month_on.isoformat()}
    await api.call(county.PLANNER, "POST", f"{POSTS}/payrolls", body, key=f"payroll-{month_on}")


async def open_classes(api: Api, classes: Iterable[Class]) -> None:
    items = [
        {
            "id": named("class", c.key), "course": c.course, "provider_code": SCHOOL, "division": c.division,
            "starts_on": c.starts_on.isoformat(), "days": c.days, "employer_code": None,
        }
        for c in classes
    ]  # fmt: skip
    await send(api, county.HUMAN_RESOURCES, f"{TRAINING}/classes", items)


async def teach(api: Api, township: str, trainees: Sequence[Trainee], known: Mapping[str, str], day: date) -> None:
    """At the end of a class: who came, and who passed."""
    officer = townships.officer(township)
    attended = [
        {
            "id": named("trainee", t.key), "class_id": named("class", t.class_key),
            "household_id": known[t.household_no], "trainee": t.key, "days": t.days,
        }
        for t in trainees
    ]  # fmt: skip
    await send(api, officer, f"{TRAINING}/attendances", attended)
    passed = [
        {
            "id": named("certificate", t.key), "attendance_id": named("trainee", t.key),
            "certificate_no": f"2017-{t.key}", "issued_on": day.isoformat(),
        }
        for t in trainees
        if t.passed
    ]  # fmt: skip
    await send(api, officer, f"{TRAINING}/certificates", passed)


async def accept_certificates(api: Api) -> None:
    issued = [c async for c in api.pages(county.HUMAN_RESOURCES, f"{TRAINING}/certificates?state=recorded")]
    items = [{"id": c["id"], "confirmed": True} for c in issued]
    await send(api, county.HUMAN_RESOURCES, f"{TRAINING}/certificates/acceptances", items)


async def subsidise_training(api: Api, day: date) -> None:
    body = {"course": None}
    await api.call(county.HUMAN_RESOURCES, "POST", f"{TRAINING}/subsidies", body, key=f"training-{day}")


async def enter_plots(api: Api, township: str, plots: Iterable[Plot], known: Mapping[str, str]) -> None:
    items = [
        {
            "id": named("plot", p.key), "household_id": known[p.household_no], "area_mu_x100": p.area_mu_x100,
            "planted_on": p.planted_on.isoformat(),
        }
        for p in plots
    ]  # fmt: skip
    await send(api, townships.officer(township), f"{FORESTRY}/plots", items)


async def accept_plots(api: Api, plots: Iterable[Plot], day: date) -> None:
    """The forestry bureau counts what stands of the trees, and owes the first instalment for it."""
    items = [
        {
            "id": named("plot-acceptance", p.key), "plot_id": named("plot", p.key), "year_no": FIRST_YEAR,
            "area_mu_x100": p.standing_mu_x100, "accepted_on": day.isoformat(),
        }
        for p in plots
    ]  # fmt: skip
    await send(api, county.FORESTRY, f"{FORESTRY}/acceptances", items)


async def found_coops(api: Api, coops: Sequence[Coop], codes: Mapping[str, str]) -> None:
    """`codes`: of each cooperative, by the village's code. One with too few poor members gets no contract either."""
    items: list[dict[str, Any]] = [
        {
            "id": named("coop", c.key), "code": codes[c.division], "division": c.division,
            "members": c.members, "poor_members": c.poor_members,
        }
        for c in coops
    ]  # fmt: skip
    await send(api, county.FORESTRY, f"{FORESTRY}/coops", items, "PUT")
    items = [
        {
            "id": named("contract", c.key), "coop_id": named("coop", c.key), "area_mu_x100": c.area_mu_x100,
            "contract_fen": c.contract_fen, "labour_fen": c.labour_fen,
        }
        for c in coops
    ]  # fmt: skip
    await send(api, county.FORESTRY, f"{FORESTRY}/contracts", items)


async def join_coop(api: Api, coop: Coop, known: Mapping[str, str], day: date) -> None:
    items = [
        {
            "id": named("membership", f"{coop.key}/{no}"), "coop_id": named("coop", coop.key),
            "household_id": known[no], "joined_on": day.isoformat(),
        }
        for no in sorted({no for no, _, _ in coop.worked})
    ]  # fmt: skip
    await send(api, Village(coop.division).clerk, f"{FORESTRY}/memberships", items)


async def record_labour(api: Api, coop: Coop, known: Mapping[str, str], since: date, day: date) -> None:
    """What was worked since the last time."""
    items = [
        {
            "id": named("labour", f"{coop.key}/{no}/{on}"), "contract_id": named("contract", coop.key),
            "household_id": known[no], "amount_fen": amount, "worked_on": on.isoformat(),
        }
        for no, on, amount in coop.worked
        if since < on <= day
    ]  # fmt: skip
    await send(api, townships.officer(coop.division[:9]), f"{FORESTRY}/labour", items)
