"""Who helps: units stationed in poor villages, their teams of three, and helpers with some 25 households each.

Counts by the seed (16 key units, 97 stationed ones) and domain notes 5 (about 400 helpers); the rest is a choice.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from scenario.world.draws import stream
from scenario.world.geography import TOWNSHIPS, Village
from scenario.world.groups import HOUSEHOLDS
from scenario.world.households import Household

KEY_UNITS, STATIONED_UNITS = 16, 97
HOUSEHOLDS_PER_HELPER = 24.5
COPIES, ABSENT = 0.06, 0.06  # of helpers; the others are honest
REPLACED_EVERY, REPLACED_ON = 20, date(2017, 7, 10)
STARTS_ON = date(2017, 1, 16)
PRESENCE_MEDIAN, PRESENCE_SPREAD = 22, 1.6  # calendar days a month
SHORT, SHORT_DAYS = 0.10, (9, 17)  # of the stationed

COUNTY_TOWN = (39_090_600, 112_205_000)  # WGS84 x 10^6
TOWN_LEAST = 22_000  # no village's place is nearer to the county town than this many 10^-6 degrees (2.4 km)
VILLAGES_WITHIN = 68_000
TOWNSHIP_PLACES = {
    "140927100": (39_084_000, 112_216_000),
    "140927101": (38_963_000, 112_128_000),
    "140927102": (39_115_000, 111_952_000),
    "140927200": (39_190_000, 112_265_000),
    "140927201": (39_022_000, 112_330_000),
    "140927202": (38_930_000, 112_262_000),
    "140927203": (39_060_000, 112_058_000),
    "140927204": (39_012_000, 111_962_000),
    "140927205": (39_228_000, 112_062_000),
    "140927206": (39_266_000, 112_168_000),
}
Behaviour = Literal["honest", "copies", "absent"]
Role = Literal["first_secretary", "team_member", "helper"]
UnitKind = Literal["key", "stationed"]

OFFICES = (
    "财政局", "农业局", "林业局", "水利局", "交通运输局", "住房保障和城乡建设局", "教育科技局",
    "卫生和计划生育局", "民政局", "人力资源和社会保障局",
    "发展和改革局", "国土资源局", "畜牧兽医中心", "残疾人联合会", "商务局", "旅游局",  # the key units
    "人大常委会办公室", "政协办公室", "纪律检查委员会", "组织部", "宣传部", "统一战线工作部", "政法委员会",
    "机构编制委员会办公室", "总工会", "妇女联合会",
    "团县委", "工商业联合会", "科学技术协会", "公安局", "人民检察院", "人民法院", "司法局", "审计局", "统计局",
    "环境保护局", "安全生产监督管理局",
    "市场监督管理局", "食品药品监督管理局", "国家税务局", "地方税务局", "气象局", "档案局", "信访局",
    "文化广播电视局", "体育中心", "农业机械服务中心",
    "经济和信息化局", "煤炭工业管理局", "粮食局", "供销合作社", "农村信用合作联社", "邮政局", "供电公司",
    "移动公司", "联通公司", "电信公司", "烟草专卖局",
    "公路段", "人民医院", "中医院", "妇幼保健院", "疾病预防控制中心", "第一中学", "第二中学", "职业中学",
    "党校", "房产管理局", "城市管理局", "地震局",
    "史志办公室", "老干部局", "机关事务管理局",
)  # fmt: skip
BODIES = ("中心学校", "中心卫生院", "司法所", "国土资源所")  # of each township


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit with a team of three in one village."""

    code: str
    name_zh: str
    kind: UnitKind
    village_code: str


@dataclass(frozen=True, slots=True)
class Cadre:
    """`subject` is the login. A helper's `area` is the village, or the township where he goes to several.

    `presence` is the days a month that somebody stationed truly spends there, None for helpers. Whose
    `successor` is named hands over on `leaves_on`; `starts_on` of a successor is that day.
    """

    subject: str
    unit_code: str
    role: Role
    area: str
    starts_on: date
    leaves_on: date | None
    successor: str | None
    behaviour: Behaviour
    presence: int | None


@dataclass(frozen=True, slots=True)
class Help:
    """`places`: latitude and longitude x 10^6 by village; `helps`: household numbers by the helper's subject."""

    places: dict[str, tuple[int, int]]
    units: tuple[Unit, ...]
    cadres: tuple[Cadre, ...]
    helps: dict[str, tuple[str, ...]]


def draw_help(seed: int, villages: Sequence[Village], households: Sequence[Household]) -> Help:
    """Everybody who is stationed or paired, in a county of the households given."""
    units = _units(seed, villages, households)
    teams = [c for u in units for c in _team(seed, u)]
    helpers, helps = _helpers(seed, units, households)
    return Help(_places(seed, villages), units, (*teams, *helpers), helps)


def _places(seed: int, villages: Sequence[Village]) -> dict[str, tuple[int, int]]:
    found = {}
    for village in villages:
        rng = stream(seed, "place", village.code)
        centre = TOWNSHIP_PLACES[village.township_code]
        while True:
            lat, lon = (c + rng.randint(-VILLAGES_WITHIN, VILLAGES_WITHIN) for c in centre)
            if math.hypot(lat - COUNTY_TOWN[0], (lon - COUNTY_TOWN[1]) * 0.78) >= TOWN_LEAST:
                break
        found[village.code] = lat, lon
    return found


def _units(seed: int, villages: Sequence[Village], households: Sequence[Household]) -> tuple[Unit, ...]:
    """One to a poor village: those that plan to exit first, and where somebody is registered."""
    scale = min(1.0, len(households) / HOUSEHOLDS)
    counts = {"key": max(1, round(KEY_UNITS * scale)), "stationed": max(2, round(STATIONED_UNITS * scale))}
    homes = {h.village_code for h in households}
    rng = stream(seed, "units")
    order = sorted(
        (v for v in villages if v.poor),
        key=lambda v: (v.code not in homes, not v.exit_planned_2017, rng.random()),
    )
    chosen = [v.code for v in order[: sum(counts.values())]]
    rng.shuffle(chosen)
    names = [f"神池县{office}" for office in OFFICES]
    names += [f"{TOWNSHIPS[t][0]}{body}" for body in BODIES for t in TOWNSHIPS]
    key, stationed = chosen[: counts["key"]], chosen[counts["key"] :]
    return tuple(
        [Unit(f"K{i:03}", names[i - 1], "key", v) for i, v in enumerate(key, 1)]
        + [Unit(f"S{i:03}", names[KEY_UNITS + i - 1], "stationed", v) for i, v in enumerate(stationed, 1)]
    )


def _team(seed: int, unit: Unit) -> list[Cadre]:
    rng = stream(seed, "team", unit.code)
    team = []
    roles: tuple[Role, ...] = ("first_secretary", "team_member", "team_member")
    for number, role in enumerate(roles, 1):
        days = round(rng.gauss(PRESENCE_MEDIAN, PRESENCE_SPREAD))
        if rng.random() < SHORT:
            days = rng.randint(*SHORT_DAYS)
        subject = f"team-{unit.code}-{number}"
        team.append(Cadre(subject, unit.code, role, unit.village_code, STARTS_ON, None, None, "honest", days))
    return team


def _helpers(
    seed: int, units: Sequence[Unit], households: Sequence[Household]
) -> tuple[list[Cadre], dict[str, tuple[str, ...]]]:
    """Households of a township in the order of their numbers, in runs of about 25: a village or neighbours."""
    by_township: dict[str, list[Household]] = {}
    for home in households:
        by_township.setdefault(home.village_code[:9], []).append(home)
    cadres: list[Cadre] = []
    helps: dict[str, tuple[str, ...]] = {}
    for township, homes in sorted(by_township.items()):
        count = max(1, round(len(homes) / HOUSEHOLDS_PER_HELPER))
        for number in range(count):
            run = homes[number * len(homes) // count : (number + 1) * len(homes) // count]
            villages = sorted({h.village_code for h in run})
            subject = f"helper-{township[-3:]}-{number + 1:02}"
            helps[subject] = tuple(h.no for h in run)
            area = villages[0] if len(villages) == 1 else township
            unit = _nearest(units, villages)
            cadres.append(Cadre(subject, unit.code, "helper", area, STARTS_ON, None, None, "honest", None))
    return _with_successors(seed, _with_behaviour(seed, cadres), helps)


def _nearest(units: Sequence[Unit], villages: Sequence[str]) -> Unit:
    """The unit of one of the villages, else of the township, else any."""
    first = villages[0]
    return min(
        units,
        key=lambda u: (
            u.village_code not in villages,
            u.village_code[:9] != first[:9],
            abs(int(u.village_code) - int(first)),
            u.code,
        ),
    )


def _with_behaviour(seed: int, cadres: Sequence[Cadre]) -> list[Cadre]:
    rng = stream(seed, "behaviour")
    order = list(range(len(cadres)))
    rng.shuffle(order)
    copies, absent = (max(1, round(len(cadres) * share)) if len(cadres) > 3 else 0 for share in (COPIES, ABSENT))
    odd: dict[int, Behaviour] = {}
    odd.update(dict.fromkeys(order[:copies], "copies"))
    odd.update(dict.fromkeys(order[copies : copies + absent], "absent"))
    return [replace(c, behaviour=odd.get(i, "honest")) for i, c in enumerate(cadres)]


def _with_successors(
    seed: int, cadres: Sequence[Cadre], helps: dict[str, tuple[str, ...]]
) -> tuple[list[Cadre], dict[str, tuple[str, ...]]]:
    """One in twenty is called away in summer; who follows comes every time."""
    rng = stream(seed, "replaced")
    leaving = set(rng.sample(range(len(cadres)), max(1, len(cadres) // REPLACED_EVERY)))
    found: list[Cadre] = []
    for i, cadre in enumerate(cadres):
        if i not in leaving:
            found.append(cadre)
            continue
        after = f"{cadre.subject}-b"
        found.append(replace(cadre, leaves_on=REPLACED_ON, successor=after))
        found.append(replace(cadre, subject=after, starts_on=REPLACED_ON, behaviour="honest"))
        helps[after] = helps[cadre.subject]
    return found, helps
