"""Synthetic people's names, identity numbers, telephones and accounts; none belongs to anybody."""

from datetime import date, timedelta
from random import Random

from scenario.world.draws import Table
from shared.values.id_number import Sex, check_digit

AREA = "140999"  # no such area exists, so that no real person's number is produced: domain notes 2.1
PHONE_PREFIX = "1400"  # not given to people's telephones
ACCOUNT_PREFIX = "629999"

SURNAMES = Table({
    "王": 11, "李": 10, "张": 10, "刘": 8, "赵": 6, "杨": 5, "郭": 5, "宫": 4, "贾": 4, "孟": 3, "高": 3,
    "陈": 3, "吕": 3, "周": 3, "徐": 2, "韩": 2, "冯": 2, "康": 2, "任": 2, "武": 2, "白": 2, "田": 2,
    "秦": 1, "尹": 1, "祁": 1, "管": 1, "卢": 1, "丁": 1, "胡": 1, "梁": 1,
})  # fmt: skip
MALE_FIRST = "建国志文永明德福玉春存世林金万根海润利爱"
MALE_LAST = "军平明生旺山林贵华强峰民虎小龙亮柱才义成"
FEMALE_FIRST = "秀玉桂改月春爱美俊丽翠凤巧润金银香小雪引"
FEMALE_LAST = "英兰花梅芳珍莲霞娥萍平枝仙女连娟艳红琴叶"
ONE_SYLLABLE = 0.18


def given_name(rng: Random, sex: Sex) -> str:
    first, last = (MALE_FIRST, MALE_LAST) if sex == "male" else (FEMALE_FIRST, FEMALE_LAST)
    return rng.choice(last) if rng.random() < ONE_SYLLABLE else rng.choice(first) + rng.choice(last)


def born_on(rng: Random, age: int, on: date) -> date:
    """A day of birth that makes somebody exactly `age` on the day `on`."""
    latest = on.replace(year=on.year - age, day=min(on.day, 28))
    return latest - timedelta(days=rng.randrange(364))


def id_number(rng: Random, birth: date, sex: Sex, taken: set[str]) -> str:
    """A valid number, not in `taken`, that is added to it."""
    while True:
        order = 2 * rng.randrange(500) + (sex == "male")
        first17 = f"{AREA}{birth:%Y%m%d}{order:03}"
        if first17 not in taken:
            taken.add(first17)
            return first17 + check_digit(first17)


def phone(rng: Random) -> str:
    return f"{PHONE_PREFIX}{rng.randrange(10**7):07}"


def account(rng: Random) -> str:
    """A card number of 19 digits whose last one is right by Luhn (ISO/IEC 7812)."""
    first18 = f"{ACCOUNT_PREFIX}{rng.randrange(10**12):012}"
    doubled = sum(sum(divmod(2 * int(d), 10)) for d in first18[1::2])  # every second, from the right
    plain = sum(int(d) for d in first18[0::2])
    return f"{first18}{-(doubled + plain) % 10}"
