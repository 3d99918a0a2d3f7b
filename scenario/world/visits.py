"""What helpers and teams do month by month, and what households say of it to a stranger who asks.

Pure functions of a world, like `observation`: a phone that sends its month again sends the same.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from scenario.world.county import World
from scenario.world.draws import stream
from scenario.world.help import COUNTY_TOWN, Cadre
from scenario.world.observation import observed_conditions, observed_income
from scenario.world.setbacks import Setback

SYNC_DAY = 19  # of a month, when the phones of the helpers whose turn it is find a network
TRIP_DAYS = 3
FORGOTTEN = (1.2, 9.0)  # beta law of the share of households that an honest helper does not reach in a quarter
ILL = 0.03  # rounds of honest helpers that fall out
TERSE = 0.07  # of the honest, who write hardly anything, so that their notes look copied
BAD_POSITION, BAD_JITTER = 0.05, 15_000  # of the honest, whose phones place them up to 2 km away
OFFLINE, OFFLINE_DAYS = 0.06, (5, 12)  # trips whose phone stayed without network for days
FORGETFUL, FORGETFUL_DAYS = 0.01, (33, 40)
REALLY_THERE = 0.7  # of the visits of who copies his notes
INVENTS, INVENTED = 0.5, 0.6  # of the absent, who records visits at all; of their households
JITTER = 2_500  # 10^-6 degrees around the village's place: under 300 m
FOLLOW_UP_DAYS = (4, 16)  # after a death, until an honest helper comes
SEEN = {
    "loan_diverted": 0.55, "house_unsafe": 0.8, "water_unsafe": 0.6, "school_dropout": 0.7,
    "untreated_illness": 0.6, "income_lower_than_stated": 0.35,
}  # fmt: skip
# Of what befell households that are out of poverty [choice]: what the village hears of; what an honest helper is told.
HEARD, TOLD = 0.6, 0.7
STATED_FROM = date(2017, 10, 5)
DIVERTED_FROM_MONTH = 5

SATISFIED = {"honest": 0.95, "copies": 0.78, "absent": 0.45}
OFTEN = {"honest": 0.94, "copies": 0.60, "absent": 0.08}
AWARE = {"honest": 0.94, "copies": 0.85, "absent": 0.70}

OPENINGS = (
    "上午入户",
    "下午入户",
    "傍晚到家中",
    "在地头见面",
    "在院里谈了一阵",
    "和家人一起坐了坐",
    "雨后入户",
    "集日前入户",
)
TOPICS = (
    "莜麦种了{n}亩", "胡麻出苗{n}成", "羊现有{n}只", "土豆收了{n}袋", "谷子覆膜{n}亩", "鸡养了{n}只", "外出务工{n}天",
    "看病花了{n}百元，已问报销", "贷款用途谈了{n}件事", "柴煤备了{n}车", "院墙修了{n}米", "屋顶漏了{n}处",
)  # fmt: skip
ENDINGS = (
    "下次带合作社的人来", "已告诉第一书记", "填了收入记录", "看了饮水", "帮着收拾了院子", "提醒交医保", "孩子在校",
    "老人精神好", "路上有泥", "约好下月再来", "问了培训的事", "核对了明白卡",
)  # fmt: skip
SHORT = (
    "已入户。",
    "入户，无变化。",
    "在家，身体好。",
    "外出，见邻居。",
    "已看房屋。",
    "已谈收入。",
    "已填手册。",
    "送政策单。",
)
COPIED = ("入户走访，了解情况，宣传政策。", "走访贫困户，一切正常。", "入户，宣传扶贫政策，群众满意。")


@dataclass(frozen=True, slots=True)
class Visit:
    """As the phone has it; `key` is its own name for it. Latitude and longitude x 10^6."""

    key: str
    household_no: str
    visited_on: date
    lat_e6: int
    lon_e6: int
    note: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckIn:
    key: str
    on: date
    lat_e6: int
    lon_e6: int


@dataclass(frozen=True, slots=True)
class SurveyView:
    """What a household tells the third party."""

    satisfied: bool
    aware: bool
    visited_often: bool


def synced_on(month: int) -> date:
    return date(2017, month, SYNC_DAY)


def has_turn(subject: str, month: int) -> bool:
    """A helper goes round once a quarter, in the first, second or third month of it."""
    return (month - 1) % 3 == sum(subject.encode()) % 3


def visits(world: World, cadre: Cadre, month: int) -> tuple[Visit, ...]:
    """What the helper's phone sends in a month: the quarter's round, and visits after a death.

    Who hands over that month sends his last days too, with some that were no longer his.
    """
    day = synced_on(month)
    if (
        cadre.role != "helper"
        or cadre.starts_on > day
        or (cadre.leaves_on is not None and month > cadre.leaves_on.month)
    ):
        return ()
    leaving = cadre.leaves_on is not None and month == cadre.leaves_on.month
    rng = stream(world.seed, "visits", cadre.subject, month)
    found: list[Visit] = []
    if leaving or has_turn(cadre.subject, month):
        first = cadre.leaves_on - timedelta(days=4) if leaving and cadre.leaves_on else _trip(rng, day)
        found += _round(world, cadre, rng, max(first, cadre.starts_on), 7 if leaving else TRIP_DAYS, day)
    if cadre.behaviour == "honest" and not leaving:
        found += _follow_ups(world, cadre, month)
    return tuple(found)


def _trip(rng: Random, day: date) -> date:
    """The first day of the round; the last is the day of the synchronisation, where the phone has a network."""
    before = TRIP_DAYS - 1
    if rng.random() < OFFLINE:
        before = rng.randint(*OFFLINE_DAYS) + TRIP_DAYS
    elif rng.random() < FORGETFUL:
        before = rng.randint(*FORGETFUL_DAYS) + TRIP_DAYS
    return day - timedelta(days=before)


def _round(world: World, cadre: Cadre, rng: Random, first: date, days: int, last: date) -> list[Visit]:
    homes = world.help.helps[cadre.subject]
    habits = stream(world.seed, "habits", cadre.subject)
    invents, forgets = habits.random() < INVENTS, habits.betavariate(*FORGOTTEN)
    found: list[Visit] = []
    if cadre.behaviour == "honest" and rng.random() < ILL:
        return found
    for i, no in enumerate(homes):
        on = min(first + timedelta(days=i * days // len(homes)), last)
        if written_at_desk(world, no):
            on = last
        fate, key = rng.random(), f"visit/{cadre.subject}/{last:%m}/{no}"
        if cadre.behaviour == "absent":
            if invents and fate < INVENTED:
                lat, lon = _near(rng, COUNTY_TOWN, 300)
                found.append(Visit(key, no, on, lat, lon, COPIED[i % 2], ()))
        elif cadre.behaviour == "copies":
            place = where(world, no) if fate < REALLY_THERE else COUNTY_TOWN
            found.append(Visit(key, no, on, *_near(rng, place), rng.choice(COPIED), ()))
        elif fate >= forgets:
            found.append(_seen(world, cadre, rng, key, no, on))
    return found


def written_at_desk(world: World, no: str) -> bool:
    """Whether it lies where a quarter's visits are written at a desk, and nobody was there."""
    cheat = world.cheats.get(world.by_no[no].village_code)
    return cheat is not None and cheat.way == "one_day"


def _follow_ups(world: World, cadre: Cadre, month: int) -> list[Visit]:
    """An honest helper comes within weeks of a death, where somebody is left."""
    homes, last = set(world.help.helps[cadre.subject]), synced_on(month)
    since = max(synced_on(month - 1) if month > 1 else date.min, cadre.starts_on - timedelta(days=1))
    found = []
    for death in world.deaths:
        if death.alone or death.no not in homes:
            continue
        rng = stream(world.seed, "follow-up", death.no)
        on = death.died_on + timedelta(days=rng.randint(*FOLLOW_UP_DAYS))
        ended = cadre.leaves_on is not None and on >= cadre.leaves_on
        if since < on <= last and not ended:
            found.append(_seen(world, cadre, rng, f"follow-up/{cadre.subject}/{death.no}", death.no, on))
    return found


def _seen(world: World, cadre: Cadre, rng: Random, key: str, no: str, on: date) -> Visit:
    """An honest visit, by the helper's own phone and in his own words."""
    habits = stream(world.seed, "own ways", cadre.subject)
    terse, misplaced = habits.random() < TERSE, habits.random() < BAD_POSITION
    lat, lon = _near(rng, where(world, no), BAD_JITTER if misplaced else JITTER)
    if terse:
        return Visit(key, no, on, lat, lon, rng.choice(SHORT), _findings(world, no, on))
    note = f"{rng.choice(OPENINGS)}，{rng.choice(TOPICS).format(n=rng.randint(1, 40))}，{rng.choice(ENDINGS)}。"
    return Visit(key, no, on, lat, lon, note, _findings(world, no, on))


def _findings(world: World, no: str, on: date) -> tuple[str, ...]:
    """What an eye sees that looks; the same eye sees it again next time, or never."""
    eye = stream(world.seed, "eye", no)
    luck = {code: eye.random() for code in SEEN}
    seen, moved = observed_conditions(world, no, on), lives_in_new_home(world, no, on)
    stated, true = observed_income(world, no, 2017).net_fen, world.truth[no].incomes[2017].net_fen
    noticed = {
        "loan_diverted": no in world.diverted and on.month >= DIVERTED_FROM_MONTH,
        "house_unsafe": seen.house_grade in "CD" and not moved,
        "water_unsafe": not seen.safe_water and not moved,
        "school_dropout": seen.school_dropout,
        "untreated_illness": seen.unfinished_major_illness,
        "income_lower_than_stated": on >= STATED_FROM and stated > true * 11 // 10,
    }
    return tuple(code for code, holds in noticed.items() if holds and luck[code] < SEEN[code])


def setback_known(world: World, setback: Setback, on: date) -> bool:
    """Whether somebody knows by a day what befell a household: the village, which hears of it at once or never, or its
    helper, if he is honest and has been there since.
    """
    rng = stream(world.seed, "setback heard", setback.no)
    heard, told = rng.random() < HEARD, rng.random() < TOLD
    if setback.on > on or heard or not told:
        return setback.on <= on and heard
    helpers = [
        c for c in world.help.cadres if c.behaviour == "honest" and setback.no in world.help.helps.get(c.subject, ())
    ]
    return any(
        visit.household_no == setback.no and setback.on < visit.visited_on <= on
        for helper in helpers
        for month in range(setback.on.month, on.month + 1)
        for visit in visits(world, helper, month)
    )


def lives_in_new_home(world: World, no: str, on: date) -> bool:
    """True from its day of moving in, if it was given a flat by then."""
    move = world.homes.moves.get(no)
    return move is not None and move.moves_in_on is not None and on >= move.moves_in_on


def where(world: World, no: str) -> tuple[int, int]:
    """Where the household is met: in its village, where those who moved still have their fields [choice]."""
    return world.help.places[world.by_no[no].village_code]


def _near(rng: Random, place: tuple[int, int], jitter: int = JITTER) -> tuple[int, int]:
    return place[0] + rng.randint(-jitter, jitter), place[1] + rng.randint(-jitter, jitter)


def check_ins(world: World, cadre: Cadre, month: int, until: int = 31) -> tuple[CheckIn, ...]:
    """The days of a month, to the day `until`, that somebody stationed was there; none for helpers."""
    if cadre.presence is None:
        return ()
    days = monthrange(2017, month)[1]
    first = cadre.starts_on.day if (cadre.starts_on.month == month) else 1
    there = [date(2017, month, d) for d in range(first, min(days, until) + 1)]
    rng = stream(world.seed, "presence", cadre.subject, month)
    count = round((cadre.presence + rng.randint(-1, 1)) * len(there) / days)
    chosen = sorted(rng.sample(there, min(count, len(there))))
    place = world.help.places[cadre.area]
    return tuple(CheckIn(f"check-in/{cadre.subject}/{on}", on, *_near(rng, place)) for on in chosen)


def survey_view(world: World, no: str, helper: Cadre) -> SurveyView:
    """What is said in December of who helps the household then; those who got a home or a way out are milder."""
    behaviour = helper.behaviour
    rng = stream(world.seed, "survey", no)
    kinder = 0.03 if lives_in_new_home(world, no, date(2017, 12, 1)) or world.by_no[no].group != "rest" else 0.0
    satisfied, often, aware = SATISFIED[behaviour] + kinder, OFTEN[behaviour], AWARE[behaviour]
    return SurveyView(rng.random() < satisfied, rng.random() < aware, rng.random() < often)


def last_helper(world: World) -> dict[str, Cadre]:
    """By household: who helps it at the year's end."""
    staying = [c for c in world.help.cadres if c.role == "helper" and c.successor is None]
    return {no: c for c in staying for no in world.help.helps[c.subject]}
