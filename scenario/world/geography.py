"""Townships, villages and their works (domain notes 5: codes by S70; counts and sizes are choices)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from scenario.world.draws import Table, stream

COUNTY = "140927"
RURAL_PEOPLE = 85_000
FIRST_VILLAGE = 201  # NBS gives 200-399 to administrative villages
POPULATION_MEDIAN, POPULATION_SIGMA, POPULATION_MIN, POPULATION_MAX = 300, 0.55, 60, 1_200
EXIT_VILLAGES, PV_VILLAGES = 44, 22
EXIT_TOWNSHIPS = ("140927100", "140927200", "140927202")  # whole townships that exit in 2017: the seed
EXIT_VILLAGE_MIN_PEOPLE = 150
LAGGING_VILLAGES, FRAUD_VILLAGES, UNFINISHED_VILLAGES = 6, 3, 3  # of the 44

Standing = Literal["steady", "lagging", "fraud", "later"]


@dataclass(frozen=True, slots=True)
class Township:
    """A division with validity dates, half-open; `valid_to` None: still there in the newest tables."""

    code: str
    name: str
    pinyin: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Village:
    """What everybody knows of an administrative village; `code` has 12 digits."""

    code: str
    name: str
    pinyin: str
    township_code: str
    rural_people: int
    poor: bool
    exit_planned_2017: bool
    pv_station: bool


@dataclass(frozen=True, slots=True)
class Facility:
    """One item of a village's checklist; `completed_on` None: not done by the end of 2017."""

    item: str
    completed_on: date | None


@dataclass(frozen=True, slots=True)
class VillageTruth:
    """What is really so in a village.

    `standing`, of the 44 that plan to exit: steady, lagging (incomes behind plan) or fraud (reported
    incomes are lifted over the line); all others are `later`.
    """

    code: str
    standing: Standing
    facilities: tuple[Facility, ...]


# code: name, pinyin, villages, poor villages among them; the two that the tables of 2022-23 no longer have
TOWNSHIPS = {
    "140927100": ("龙泉镇", "Longquan", 34, 12),
    "140927101": ("义井镇", "Yijing", 30, 18),
    "140927102": ("八角镇", "Bajiao", 27, 16),
    "140927200": ("东湖乡", "Donghu", 25, 12),
    "140927201": ("太平庄乡", "Taipingzhuang", 18, 10),
    "140927202": ("虎北乡", "Hubei", 20, 11),
    "140927203": ("贺职乡", "Hezhi", 24, 14),
    "140927204": ("长畛乡", "Changzhen", 24, 14),
    "140927205": ("烈堡乡", "Liebao", 20, 12),
    "140927206": ("大严备乡", "Dayanbei", 19, 11),
}
VALID_FROM = date(2001, 1, 1)
DISSOLVED_ON = date(2021, 1, 1)
DISSOLVED = ("140927201", "140927202")

FIRST_SYLLABLES = {
    "王家": "Wangjia", "李家": "Lijia", "张家": "Zhangjia", "刘家": "Liujia", "赵家": "Zhaojia",
    "郭家": "Guojia", "贾家": "Jiajia", "孟家": "Mengjia", "高家": "Gaojia", "吕家": "Lyujia",
    "周家": "Zhoujia", "韩家": "Hanjia", "冯家": "Fengjia", "康家": "Kangjia", "任家": "Renjia",
    "石": "Shi", "红崖": "Hongya", "黄土": "Huangtu", "青杨": "Qingyang", "白草": "Baicao",
    "大": "Da", "小": "Xiao", "南": "Nan", "北": "Bei", "上": "Shang", "下": "Xia",
    "柳树": "Liushu", "榆树": "Yushu", "马": "Ma", "羊圈": "Yangjuan",
}  # fmt: skip
LAST_SYLLABLES = {
    "庄": "zhuang", "沟": "gou", "窑": "yao", "坪": "ping", "梁": "liang", "洼": "wa", "岭": "ling",
    "湾": "wan", "寨": "zhai", "口": "kou", "坡": "po", "咀": "zui", "塔": "ta", "会": "hui",
}  # fmt: skip

# The checklist 三有四通五保障 as the article's own list; share done before 2017 in poor and other villages.
FACILITIES = {
    "leading_industry": (0.45, 0.80),
    "cooperative": (0.50, 0.80),
    "collective_income": (0.40, 0.75),
    "water": (0.75, 0.96),
    "electricity": (0.97, 1.00),
    "road": (0.80, 0.97),
    "network": (0.65, 0.93),
    "education": (0.85, 0.97),
    "medical": (0.75, 0.95),
    "housing": (0.40, 0.85),
    "old_age_low_income": (0.90, 0.98),
    "activity_site_clinic": (0.55, 0.88),
}
BUILT_MONTH = Table({4: 1.0, 5: 2.0, 6: 3.0, 7: 3.0, 8: 3.0, 9: 3.0, 10: 1.5})


def townships() -> tuple[Township, ...]:
    """The ten townships of 2017 with their statistical codes."""
    return tuple(
        Township(code, name, pinyin, VALID_FROM, DISSOLVED_ON if code in DISSOLVED else None)
        for code, (name, pinyin, _, _) in TOWNSHIPS.items()
    )


def villages(seed: int) -> tuple[Village, ...]:
    """All 241 villages in the order of their codes; about 85,000 rural people together."""
    codes = [f"{t}{FIRST_VILLAGE + i}" for t, (_, _, count, _) in TOWNSHIPS.items() for i in range(count)]
    people = dict(zip(codes, _populations(seed, len(codes)), strict=True))
    poor = _poor_villages(seed, people)
    rng = stream(seed, "villages", "chosen")
    elsewhere = [c for c in poor if c[:9] not in EXIT_TOWNSHIPS and people[c] >= EXIT_VILLAGE_MIN_PEOPLE]
    exits = {c for c in poor if c[:9] in EXIT_TOWNSHIPS}
    exits |= set(rng.sample(elsewhere, EXIT_VILLAGES - len(exits)))
    pv = set(rng.sample(poor, PV_VILLAGES))
    names = [(f + last, fp + lp) for f, fp in FIRST_SYLLABLES.items() for last, lp in LAST_SYLLABLES.items()]
    chosen = stream(seed, "villages", "names").sample(names, len(codes))
    poor_set = frozenset(poor)
    return tuple(
        Village(c, f"{name}村", pinyin, c[:9], people[c], c in poor_set, c in exits, c in pv)
        for c, (name, pinyin) in zip(codes, chosen, strict=True)
    )


def _populations(seed: int, count: int) -> list[int]:
    rng = stream(seed, "villages", "people")
    drawn = [
        min(max(POPULATION_MEDIAN * rng.lognormvariate(0, POPULATION_SIGMA), POPULATION_MIN), POPULATION_MAX)
        for _ in range(count)
    ]
    scale = RURAL_PEOPLE / sum(drawn)
    return [min(max(round(n * scale), POPULATION_MIN), POPULATION_MAX) for n in drawn]


def _poor_villages(seed: int, people: dict[str, int]) -> list[str]:
    """The poor villages; in the townships that exit whole, only villages of some size."""
    rng = stream(seed, "villages", "poor")
    poor: list[str] = []
    for code, (_, _, _, count) in TOWNSHIPS.items():
        least = EXIT_VILLAGE_MIN_PEOPLE if code in EXIT_TOWNSHIPS else 0
        poor += rng.sample([v for v in people if v[:9] == code and people[v] >= least], count)
    return sorted(poor)


def village_truths(seed: int, all_villages: tuple[Village, ...]) -> dict[str, VillageTruth]:
    """Standing and works of every village; a few of the lagging do not finish theirs in 2017."""
    rng = stream(seed, "villages", "standing")
    odd = rng.sample([v.code for v in all_villages if v.exit_planned_2017], LAGGING_VILLAGES + FRAUD_VILLAGES)
    fraud, lagging = odd[:FRAUD_VILLAGES], odd[FRAUD_VILLAGES:]
    unfinished = lagging[:UNFINISHED_VILLAGES]
    truths = {}
    for v in all_villages:
        standing: Standing = "steady" if v.exit_planned_2017 else "later"
        if v.code in fraud:
            standing = "fraud"
        elif v.code in lagging:
            standing = "lagging"
        truths[v.code] = VillageTruth(v.code, standing, _facilities(seed, v, finished=v.code not in unfinished))
    return truths


def _facilities(seed: int, village: Village, *, finished: bool) -> tuple[Facility, ...]:
    rng = stream(seed, "facilities", village.code)
    left_out = rng.choice(("leading_industry", "collective_income", "housing", "activity_site_clinic"))
    items = []
    for item, (if_poor, if_not) in FACILITIES.items():
        early = rng.random() < (if_poor if village.poor else if_not)
        before = date(rng.randint(2012, 2016), rng.randint(1, 12), 1)
        built = date(2017, BUILT_MONTH.draw(rng), rng.randint(1, 28))
        done_on = before if early else built if village.exit_planned_2017 else None
        if not finished and item == left_out:
            done_on = None
        items.append(Facility(item, done_on))
    return tuple(items)
