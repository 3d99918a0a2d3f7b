"""Work and what the state pays for land: posts, training, shops, forests; who takes part and how diligently.

Rates are choices. Who is chosen here truly works, plants or learns; whether the rules let them is not known here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from scenario.world.draws import Table, stream
from scenario.world.groups import HOUSEHOLDS
from scenario.world.households import Household
from scenario.world.people import ABLE, AGES_ON, Member
from scenario.world.receipts import INCOME_YEAR_END, Receipts

# kind: posts in the whole county, monthly yuan, first months that they begin in
POSTS = {
    "public_welfare": (240, Table({500: 1}), (8, 8, 9, 10)),
    "pv": (44, Table({500: 1}), (4,)),
    "forest_guard": (180, Table({500: 3, 600: 1}), (3, 4)),
    "placement": (320, Table({900: 2, 1_200: 3, 1_500: 2}), (3, 4, 5, 6, 7, 8)),
}
ATTENDANCE = Table({"whole": 88, "part": 10, "none": 2})
POST_AGES, SHOP_AGES, TRAINEE_AGES = (18, 60), (18, 38), (18, 55)

SHOPS, FARMHOUSES = 56, 7
SHOP_MONTH = Table({3: 2, 4: 3, 5: 4, 6: 4, 7: 3, 8: 3, 9: 2, 10: 2, 11: 1})
SHOP_CLOSES = 0.06

COURSES = {"care": 12, "maternity_nurse": 15, "new_farmer": 10, "crafts": 8}  # days
CLASSES, TRAINEES = 26, 1_250
PASSES, STAYS_AWAY = 0.93, 0.04

PLOT_HOUSEHOLDS, PLOT_MU, PLOT_SIGMA = 960, 4.6, 0.45
EARLY_PLOTS = 0.35  # planted by the spring, accepted in June; the others in October
SURVIVES = (0.90, 1.0)
FIRST_INSTALMENT_FEN = 50_000  # a mu

COOPS, COOP_MEMBERS, COOP_POOR = 24, (20, 34), (0.60, 0.85)
COOP_AREA_MU, COOP_YUAN_MU, COOP_LABOUR = (70, 170), 720, (0.45, 0.55)
COOP_WORKED_ON = (date(2017, 5, 26), date(2017, 10, 24))

PARTAKES = 0.6  # of the planned who can work, in their village's crop or herd
PART_OF = {"herbs": (2, 12), "oats": (3, 15), "sheep": (5, 40)}


@dataclass(frozen=True, slots=True)
class Post:
    """A job and who would do it; `month_on`: the first month of work."""

    key: str
    kind: str
    division: str
    monthly_fen: int
    reserved: bool
    household_no: str
    month_on: date


@dataclass(frozen=True, slots=True)
class Class:
    key: str
    course: str
    division: str
    starts_on: date
    days: int


@dataclass(frozen=True, slots=True)
class Trainee:
    """`passed` is seen at the end of the class; who stays away has no days."""

    key: str
    class_key: str
    household_no: str
    days: int
    passed: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A household's part of its village's venture: a shop, a farmhouse, mu of a crop, head of a herd."""

    key: str
    kind: str
    household_no: str
    quantity_x100: int
    started_on: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Plot:
    """Farmland that became forest; `accepted_month`: when the county comes to see what stands."""

    key: str
    household_no: str
    area_mu_x100: int
    standing_mu_x100: int
    planted_on: date
    accepted_month: int


@dataclass(frozen=True, slots=True)
class Coop:
    """An afforestation cooperative, its contract, and what each member household earned on what day."""

    key: str
    division: str
    members: int
    poor_members: int
    area_mu_x100: int
    contract_fen: int
    labour_fen: int
    worked: tuple[tuple[str, date, int], ...]


@dataclass(frozen=True, slots=True)
class Jobs:
    posts: tuple[Post, ...]
    classes: tuple[Class, ...]
    trainees: tuple[Trainee, ...]
    parts: tuple[Part, ...]
    plots: tuple[Plot, ...]
    coops: tuple[Coop, ...]


def draw_jobs(
    seed: int,
    homes: Sequence[Household],
    receipts: Receipts,
    guests: Collection[str],
    crops: Mapping[str, Sequence[str]],
) -> Jobs:
    """`guests`: villages with farmhouses; `crops`: the kinds of each village's crops and herds.

    `receipts` takes what is paid by the end of the income year; who could not truly have had so much is passed over.
    """
    scale = len(homes) / HOUSEHOLDS
    posts = _posts(seed, homes, receipts, scale)
    busy = {p.household_no for p in posts}
    classes, trainees = _training(seed, homes, scale)
    return Jobs(
        posts=posts,
        classes=classes,
        trainees=trainees,
        parts=(*_businesses(seed, homes, guests, scale), *_partakers(seed, homes, crops)),
        plots=_plots(seed, homes, receipts, scale),
        coops=_coops(seed, [h for h in homes if h.no not in busy], receipts, scale),
    )


def attended_days(seed: int, post: Post, month_on: date) -> int:
    """Days truly worked in a month."""
    rng = stream(seed, "attendance", post.key, month_on)
    match ATTENDANCE.draw(rng):
        case "whole":
            return rng.randint(18, 26)
        case "part":
            return rng.randint(5, 14)
        case _:
            return 0


def somebody(home: Household, ages: tuple[int, int]) -> Member | None:
    """The first member who can work, has the age and is not away."""
    low, high = ages
    for m in home.members:
        if m.labour in ABLE and m.work_area == "none" and low <= AGES_ON.year - m.born_on.year <= high:
            return m
    return None


def _count(whole: int, scale: float) -> int:
    return max(1, round(whole * scale))


def _posts(seed: int, homes: Sequence[Household], receipts: Receipts, scale: float) -> tuple[Post, ...]:
    rng = stream(seed, "posts")
    order = [h for h in homes if h.group != "exited" and somebody(h, POST_AGES)]
    rng.shuffle(order)
    moving = [h for h in order if h.relocation == 2016]
    staying = [h for h in order if h.relocation is None]
    found: list[Post] = []
    taken: set[str] = set()
    for kind, (whole, yuan, months) in POSTS.items():
        wanted = _count(whole, scale)
        for home in moving if kind == "public_welfare" else staying:
            if wanted == 0:
                break
            if home.no in taken:
                continue
            begins = date(2017, rng.choice(months), 1)
            monthly = yuan.draw(rng) * 100
            paid_months = max(INCOME_YEAR_END.month - begins.month, 0)  # September's wages come in October
            if receipts.take(home.no, "wage", paid_months * monthly):
                key = f"post/{len(found):04}"
                reserved = kind == "public_welfare"
                found.append(Post(key, kind, home.village_code, monthly, reserved, home.no, begins))
                taken.add(home.no)
                wanted -= 1
    return tuple(found)


def _training(seed: int, homes: Sequence[Household], scale: float) -> tuple[tuple[Class, ...], tuple[Trainee, ...]]:
    rng = stream(seed, "training")
    order = [h for h in homes if somebody(h, TRAINEE_AGES)]
    rng.shuffle(order)
    places = sorted({h.village_code[:9] for h in homes})
    courses = list(COURSES)
    classes = []
    for i in range(max(_count(CLASSES, scale), len(places))):
        course = courses[i % len(courses)]
        starts = date(2017, 3 + i % 8, rng.randint(1, 10))
        classes.append(Class(f"class/{i:02}", course, places[i % len(places)], starts, COURSES[course]))
    trainees = []
    for i, home in enumerate(order[: _count(TRAINEES, scale)]):
        near = [c for c in classes if c.division == home.village_code[:9]]
        chosen = rng.choice(near)
        days = 0 if rng.random() < STAYS_AWAY else chosen.days
        trainees.append(Trainee(f"T{i:05}", chosen.key, home.no, days, days > 0 and rng.random() < PASSES))
    return tuple(classes), tuple(trainees)


def _businesses(seed: int, homes: Sequence[Household], guests: Collection[str], scale: float) -> list[Part]:
    """Shops of the young, and rooms for guests in the villages that have any."""
    rng = stream(seed, "businesses")
    order = [h for h in homes if somebody(h, SHOP_AGES)]
    rng.shuffle(order)
    shops = []
    for home in order[: _count(SHOPS, scale)]:
        opened = date(2017, SHOP_MONTH.draw(rng), rng.randint(1, 28))
        closes = opened.month < 8 and rng.random() < SHOP_CLOSES
        ended = opened.replace(month=opened.month + rng.randint(2, 4)) if closes else None
        shops.append(Part(f"shop/{home.no}", "shop", home.no, 100, opened, ended))
    hosts = [h for h in homes if h.village_code in guests and somebody(h, POST_AGES)]
    rng.shuffle(hosts)
    farmhouses = [
        Part(f"farmhouse/{h.no}", "farmhouse", h.no, 100, date(2017, rng.randint(4, 7), 1), None)
        for h in hosts[: _count(FARMHOUSES, scale)]
    ]
    return shops + farmhouses


def _partakers(seed: int, homes: Sequence[Household], crops: Mapping[str, Sequence[str]]) -> list[Part]:
    found = []
    for home in homes:
        rng = stream(seed, "partakers", home.no)
        kinds = [k for k in PART_OF if k in crops.get(home.village_code, ())]
        if home.group == "planned" and kinds and somebody(home, POST_AGES) and rng.random() < PARTAKES:
            kind = rng.choice(kinds)
            quantity = rng.randint(*PART_OF[kind]) * 100
            found.append(Part(f"{kind}/{home.no}", kind, home.no, quantity, date(2017, 4, rng.randint(1, 28)), None))
    return found


def _plots(seed: int, homes: Sequence[Household], receipts: Receipts, scale: float) -> tuple[Plot, ...]:
    rng = stream(seed, "plots")
    order = list(homes)
    rng.shuffle(order)
    found: list[Plot] = []
    for home in order:
        if len(found) == _count(PLOT_HOUSEHOLDS, scale):
            break
        area = max(round(PLOT_MU * rng.lognormvariate(0, PLOT_SIGMA), 1), 1.0)
        standing = round(area * 100 * rng.uniform(*SURVIVES))
        early = rng.random() < EARLY_PLOTS
        if early and not receipts.take(home.no, "transfer", standing * FIRST_INSTALMENT_FEN // 100):
            continue
        planted = date(2017, 3, rng.randint(20, 31)) if early else date(2017, rng.choice((4, 5)), rng.randint(1, 28))
        key = f"plot/{home.no}"
        found.append(Plot(key, home.no, round(area * 100), standing, planted, 6 if early else 10))
    return tuple(found)


def _coops(seed: int, homes: Sequence[Household], receipts: Receipts, scale: float) -> tuple[Coop, ...]:
    """One of them, where there are several, has too few poor members."""
    rng = stream(seed, "coops")
    near: dict[str, list[Household]] = {}
    for home in homes:
        if home.group != "exited" and somebody(home, POST_AGES):
            near.setdefault(home.village_code, []).append(home)
    villages = sorted(near, key=lambda code: (-len(near[code]), code))[: _count(COOPS, scale)]
    return tuple(
        _coop(rng, code, near[code], receipts, short=len(villages) > 1 and i == len(villages) - 1)
        for i, code in enumerate(villages)
    )


def _coop(rng: Random, code: str, homes: Sequence[Household], receipts: Receipts, *, short: bool) -> Coop:
    members = rng.randint(*COOP_MEMBERS)
    poor = round(members * (0.5 if short else rng.uniform(*COOP_POOR)) + 0.499)
    area = rng.randint(*COOP_AREA_MU)
    contract = area * COOP_YUAN_MU * 100
    labour = round(contract * rng.uniform(*COOP_LABOUR))
    workers = list(homes[: min(poor, len(homes))])
    worked = []
    left = 0 if short else labour
    for day in COOP_WORKED_ON:
        for home in workers:
            amount = min(round(labour / len(workers) / 2 * rng.uniform(0.7, 1.2) / 1_000) * 1_000, left)
            if amount and (day > INCOME_YEAR_END or receipts.take(home.no, "wage", amount)):
                worked.append((home.no, day, amount))
                left -= amount
    return Coop(f"forest/{code}", code, members, poor, area * 100, contract, labour, tuple(worked))
