"""What villages grow, breed, build and sell: the county's plan, what truly came of it, and what is said of it.

Areas and herds are planned over the villages by their people; the truth differs by crop, weather and village,
and some villages report more than there is. Quantities in 0.01 of the kind's unit (mu, head, count).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scenario.world.draws import apportion, stream
from scenario.world.entities import coop_key
from scenario.world.geography import Village, VillageTruth

HERB_TOWNSHIPS = ("140927206", "140927204", "140927205")  # Dayanbei, Changzhen, Liebao: the seed
MILLET_TOWNSHIPS = ("140927101", "140927102", "140927203", "140927200")


@dataclass(frozen=True, slots=True)
class Line:
    """A crop or a herd: the county's plan, whose median village reaches `reached` of it, and when it is counted."""

    planned: int
    townships: tuple[str, ...]  # none: everywhere
    reached: float
    month: int
    body: str  # the entity that leads it; none: the village's own cooperative


LINES = {
    "herbs": Line(20_000, HERB_TOWNSHIPS, 0.95, 8, "fumanyuan"),
    "millet": Line(60_000, MILLET_TOWNSHIPS, 1.00, 7, ""),
    "oats": Line(150_000, (), 1.02, 7, "gudefu"),
    "flax": Line(77_000, (), 0.97, 7, "gudefu"),
    "sheep": Line(1_000_000, (), 0.91, 9, "elephant"),
}
REACHED_SIGMA = 0.12
HONEST = 0.03  # honest reports lie within this of the truth
OVERSTATED, OVERSTATED_BY = 0.06, (0.15, 0.40)  # share of villages, and by how much
MEASURED = 0.02  # who measures errs by no more
PRODUCTS = ("月饼", "麻花", "黑豆", "芥菜", "南瓜", "马铃薯", "莜面", "胡麻油", "羊肉", "小米")
TOURISM_TOWNSHIPS = ("140927201", "140927202")  # Taipingzhuang, Hubei
TOURISM_VILLAGES = 3
SHOPS_EACH, FARMHOUSES_EACH = 5, 2  # planned: of each township, of each of the villages
BUDGET_FEN = 50_000_000  # each: e-commerce and tourism; the seed
SPENDING_FEN = (1_800_000, 9_500_000)
PURPOSES = ("equipment", "training", "works", "subsidy")


@dataclass(frozen=True, slots=True)
class Project:
    """What the county's project list says; `item`: of a village's checklist, for works."""

    key: str
    kind: str
    division: str
    entity: str | None
    planned_x100: int
    budget_fen: int
    item: str | None
    name_zh: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is truly so and what the village says of it; `done_on` None: nothing came of it this year."""

    key: str
    crop: str
    division: str
    true_x100: int
    reported_x100: int
    done_on: date | None


@dataclass(frozen=True, slots=True)
class Spending:
    """Money that somebody asks of a budget; the last of a project's asks for more than is left."""

    key: str
    project: str
    amount_fen: int
    spent_on: date
    purpose: str


@dataclass(frozen=True, slots=True)
class Ventures:
    projects: tuple[Project, ...]
    outcomes: dict[str, Outcome]
    spendings: tuple[Spending, ...]
    tourism_villages: tuple[str, ...]


def draw_ventures(
    seed: int, villages: Sequence[Village], truths: Mapping[str, VillageTruth], inhabited: Collection[str]
) -> Ventures:
    """Projects of the villages in `inhabited`, planned over all villages of the county."""
    here = [v for v in villages if v.code in inhabited]
    found = [pair for kind, line in LINES.items() for pair in _line(seed, kind, line, villages, inhabited)]
    found += [pair for v in here for pair in _products(seed, v, truths[v.code])]
    found += [pair for v in here if v.exit_planned_2017 for pair in _works(v, truths[v.code])]
    guests = _tourism_villages(seed, here)
    others = [
        *(
            Project(f"shop/{t}", "shop", t, None, SHOPS_EACH * 100, 0, None, "网店")
            for t in sorted({v.township_code for v in here})
        ),
        *(Project(f"farmhouse/{v}", "farmhouse", v, None, FARMHOUSES_EACH * 100, 0, None, "农家乐") for v in guests),
        Project("ecommerce", "ecommerce", here[0].code[:6], None, 0, BUDGET_FEN, None, "电商扶贫"),
        Project("tourism", "tourism", guests[0], None, 0, BUDGET_FEN, None, "乡村旅游"),
    ]
    return Ventures(
        projects=(*(p for p, _ in found), *others),
        outcomes={p.key: outcome for p, outcome in found},
        spendings=tuple(s for p in others if p.budget_fen for s in _spendings(seed, p)),
        tourism_villages=guests,
    )


def measured_quantity(seed: int, outcome: Outcome) -> int:
    """What a township measures on the spot."""
    error = min(max(stream(seed, "measured", outcome.key).gauss(0, MEASURED / 2), -MEASURED), MEASURED)
    whole = 100 if outcome.true_x100 <= 100 else 1
    return round(outcome.true_x100 * (1 + error) / whole) * whole


def _line(
    seed: int, kind: str, line: Line, villages: Sequence[Village], inhabited: Collection[str]
) -> list[tuple[Project, Outcome]]:
    there = [v for v in villages if not line.townships or v.township_code in line.townships]
    there = there if any(v.code in inhabited for v in there) else list(villages)
    planned = apportion(line.planned, [float(v.rural_people) for v in there])
    found = []
    for village, units in zip(there, planned, strict=True):
        if village.code not in inhabited:
            continue
        key = f"{kind}/{village.code}"
        rng = stream(seed, "ventures", key)
        true = round(units * line.reached * rng.lognormvariate(0, REACHED_SIGMA))
        over = rng.random() < OVERSTATED
        factor = 1 + (rng.uniform(*OVERSTATED_BY) if over else rng.uniform(-HONEST, HONEST))
        body = line.body or coop_key(village.code)
        outcome = Outcome(
            key, kind, village.code, true * 100, round(true * factor) * 100,
            date(2017, line.month, rng.randint(1, 25)),
        )  # fmt: skip
        found.append((Project(key, kind, village.code, body, units * 100, 0, None, ""), outcome))
    return found


def _products(seed: int, village: Village, truth: VillageTruth) -> list[tuple[Project, Outcome]]:
    """One village, one product: where the village has an industry to lead it, sooner or later."""
    if not village.poor:
        return []
    key = f"product/{village.code}"
    led_on = next(f.completed_on for f in truth.facilities if f.item == "leading_industry")
    done_on = None if led_on is None else max(led_on, date(2017, 3, 1))
    name = stream(seed, "ventures", key).choice(PRODUCTS)
    outcome = Outcome(key, "product", village.code, 100 if done_on else 0, 100 if done_on else 0, done_on)
    return [(Project(key, "product", village.code, coop_key(village.code), 100, 0, None, name), outcome)]


def _works(village: Village, truth: VillageTruth) -> list[tuple[Project, Outcome]]:
    """What was not there before 2017; some of it is never finished."""
    found = []
    for facility in truth.facilities:
        if facility.completed_on is not None and facility.completed_on.year < 2017:
            continue
        key = f"works/{village.code}/{facility.item}"
        done = 100 if facility.completed_on else 0
        outcome = Outcome(key, "works", village.code, done, done, facility.completed_on)
        found.append((Project(key, "works", village.code, None, 100, 0, facility.item, ""), outcome))
    return found


def _tourism_villages(seed: int, here: Sequence[Village]) -> tuple[str, ...]:
    pool = [v.code for v in here if v.township_code in TOURISM_TOWNSHIPS] or [v.code for v in here]
    return tuple(stream(seed, "tourism").sample(pool, min(TOURISM_VILLAGES, len(pool))))


def _spendings(seed: int, project: Project) -> list[Spending]:
    """Until the budget does not suffice; who asks does not know how much is left."""
    rng = stream(seed, "spendings", project.key)
    found: list[Spending] = []
    spent = 0
    while spent <= project.budget_fen:
        amount = round(rng.uniform(*SPENDING_FEN) / 10_000) * 10_000
        spent += amount
        day = date(2017, min(3 + len(found), 11), rng.randint(1, 14))
        found.append(Spending(f"{project.key}/{len(found)}", project.key, amount, day, rng.choice(PURPOSES)))
    return found
