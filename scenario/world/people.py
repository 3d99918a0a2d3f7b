"""The people of a household and why it is poor: the distributions of domain notes 5 [choice]."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from scenario.world import names
from scenario.world.draws import Table, apportion, stream
from shared.values.id_number import Sex

AGES_ON = date(2016, 12, 31)
ABLE = frozenset({"ordinary", "skilled"})
SIZES = Table({1: 26, 2: 36, 3: 17, 4: 13, 5: 5, 6: 2.1, 7: 0.66, 8: 0.24})
MALE_HEAD = 0.86
HAN = 0.99


@dataclass(frozen=True, slots=True)
class Member:
    """A person as the village knows them; words are slugs, `roster` has the Chinese ones.

    relation: head spouse son daughter father mother grandson granddaughter daughter_in_law son_in_law other;
    education: preschool illiterate primary middle high college; in_school: none preschool primary middle
    high college; health: healthy chronic major disabled; labour: ordinary skilled lost none; work_area:
    none township county province outside.
    """

    name: str
    sex: Sex
    id_number: str
    born_on: date
    relation: str
    ethnicity: str
    education: str
    in_school: str
    health: str
    labour: str
    work_area: str
    work_months: int
    medical_insured: bool
    pension_insured: bool


# size -> (who, youngest and oldest head) by weight; "child" is a son or daughter, "parent" of the head
PATTERNS: dict[int, Table[tuple[str, int, int]]] = {
    1: Table({("", 60, 85): 77, ("", 32, 59): 23}),
    2: Table({
        ("spouse", 60, 82): 61, ("spouse", 42, 59): 17, ("child", 34, 59): 6,
        ("child", 60, 78): 6, ("parent", 38, 62): 10,
    }),
    3: Table({
        ("spouse child", 30, 44): 37, ("spouse child", 48, 59): 20, ("spouse child", 60, 72): 23,
        ("spouse parent", 42, 60): 12, ("child parent", 36, 56): 8,
    }),
    4: Table({
        ("spouse child child", 31, 45): 53, ("spouse child child", 47, 60): 13,
        ("spouse child parent", 34, 56): 24, ("spouse child grandchild", 54, 68): 10,
    }),
    5: Table({
        ("spouse child child parent", 32, 52): 52, ("spouse child child child", 34, 48): 18,
        ("spouse son wife grandchild", 50, 68): 30,
    }),
    6: Table({
        ("spouse son wife grandchild grandchild", 52, 68): 60, ("spouse child child parent parent", 34, 54): 40,
    }),
    7: Table({("spouse son wife grandchild grandchild parent", 50, 62): 1}),
    8: Table({("spouse son wife grandchild grandchild child parent", 50, 62): 1}),
}  # fmt: skip

# age from which the row holds -> distribution
HEALTH = (
    (60, Table({"healthy": 37, "chronic": 46, "major": 5.5, "disabled": 11.5})),
    (16, Table({"healthy": 72, "chronic": 14, "major": 4, "disabled": 10})),
    (0, Table({"healthy": 96, "chronic": 1, "major": 0.5, "disabled": 2.5})),
)
LABOUR_BY_HEALTH = {
    "healthy": Table({"ordinary": 89, "skilled": 8.5, "lost": 2.5}),
    "chronic": Table({"ordinary": 70, "skilled": 2, "lost": 28}),
    "major": Table({"lost": 70, "none": 30}),
    "disabled": Table({"ordinary": 20, "lost": 60, "none": 20}),
}
LABOUR_BY_AGE = (
    (70, Table({"ordinary": 6, "lost": 26, "none": 68})),
    (60, Table({"ordinary": 32, "skilled": 3, "lost": 36, "none": 29})),
)
EDUCATION = (
    (60, Table({"illiterate": 28, "primary": 52, "middle": 18, "high": 2})),
    (16, Table({"illiterate": 5.5, "primary": 35, "middle": 46, "high": 9, "college": 4.5})),
)
# oldest age of the stage, share still in it, what has been reached
SCHOOL = (
    (2, "none", 1.0, "preschool"),
    (5, "preschool", 0.7, "preschool"),
    (11, "primary", 1.0, "primary"),
    (15, "middle", 1.0, "primary"),
    (18, "high", 0.7, "middle"),
    (22, "college", 0.25, "high"),
)
WORK_AREA = Table({"none": 52, "township": 10, "county": 14, "province": 16, "outside": 8})

CAUSES = {
    "illness": 32, "labour": 17, "technique": 14, "funds": 13, "disability": 9, "schooling": 4,
    "motivation": 3, "disaster": 2, "land": 2, "transport": 2, "water": 1, "marriage": 0.5, "other": 0.5,
}  # fmt: skip
CONSTRAINED = ("schooling", "disability", "labour", "illness")  # scarcest facts first
OTHER_CAUSES = Table({0: 45, 1: 38, 2: 17})


def draw_members(rng: Random, size: int, taken: set[str]) -> tuple[Member, ...]:
    """A household of `size` people, its head first; `taken` holds the identity numbers given so far."""
    who, youngest, oldest = PATTERNS[size].draw(rng)
    head_age = rng.randint(youngest, oldest)
    head_sex: Sex = "male" if rng.random() < MALE_HEAD or "spouse" in who else "female"
    surname, other = names.SURNAMES.draw(rng), names.SURNAMES.draw(rng)
    members = [_member(rng, "head", head_sex, head_age, surname, taken)]
    son_age = 0
    parents = 0
    for word in who.split():
        relation, sex, age = _kin(rng, word, head_age, son_age, parents)
        son_age = age if word in {"son", "child"} else son_age
        parents += word == "parent"
        kin_name = other if relation in {"spouse", "mother"} else surname
        if relation == "daughter_in_law":
            kin_name = names.SURNAMES.draw(rng)
        members.append(_member(rng, relation, sex, age, kin_name, taken))
    return tuple(members)


def _kin(rng: Random, word: str, head_age: int, son_age: int, parents: int) -> tuple[str, Sex, int]:
    """Relation, sex and age of one more member of the household."""
    if word == "spouse":
        return "spouse", "female", max(20, head_age + rng.randint(-5, 2))
    if word == "parent":
        mother = parents == 1 or rng.random() < 0.6
        age = min(96, head_age + rng.randint(20, 28))
        return ("mother", "female", age) if mother else ("father", "male", age)
    if word == "wife":
        return "daughter_in_law", "female", max(20, son_age + rng.randint(-4, 1))
    boy = word == "son" or rng.random() < 0.56
    if word == "grandchild":
        age = max(0, min(son_age - rng.randint(21, 27), 20)) if son_age > 21 else rng.randint(1, 12)
        return ("grandson", "male", age) if boy else ("granddaughter", "female", age)
    age = max(0, head_age - rng.randint(23, 34))
    if word == "son":
        age = max(23, age)
    return ("son", "male", age) if boy else ("daughter", "female", age)


def _by_age(rows: tuple[tuple[int, Table[str]], ...], age: int) -> Table[str]:
    return next(table for least, table in rows if age >= least)


def _member(rng: Random, relation: str, sex: Sex, age: int, surname: str, taken: set[str]) -> Member:
    health = _by_age(HEALTH, age).draw(rng)
    in_school, education = _schooling(rng, age)
    if age < 16 or in_school != "none":
        labour = "none"
    elif age < 60:
        labour = LABOUR_BY_HEALTH[health].draw(rng)
    else:
        labour = _by_age(LABOUR_BY_AGE, age).draw(rng)
    away = WORK_AREA.draw(rng) if labour in ABLE and age < 65 else "none"
    birth = names.born_on(rng, age, AGES_ON)
    return Member(
        name=surname + names.given_name(rng, sex),
        sex=sex,
        id_number=names.id_number(rng, birth, sex, taken),
        born_on=birth,
        relation=relation,
        ethnicity="汉族" if rng.random() < HAN else rng.choice(("回族", "满族", "蒙古族")),
        education=education,
        in_school=in_school,
        health=health,
        labour=labour,
        work_area=away,
        work_months=rng.randint(3, 11) if away != "none" else 0,
        medical_insured=rng.random() < 0.999,
        pension_insured=age >= 16 and rng.random() < 0.93,
    )


def _schooling(rng: Random, age: int) -> tuple[str, str]:
    for oldest, stage, share, reached in SCHOOL:
        if age <= oldest:
            if rng.random() < share:
                return stage, reached
            break
    if age < 16:
        return "none", "preschool"
    return "none", _by_age(EDUCATION, age).draw(rng)


def cause_fits(cause: str, members: Sequence[Member]) -> bool:
    """Whether the household's own people bear the cause out: nobody lacks labour with two able hands."""
    if cause == "illness":
        return any(m.health in {"chronic", "major"} for m in members)
    if cause == "disability":
        return any(m.health == "disabled" for m in members)
    if cause == "schooling":
        return any(m.in_school != "none" for m in members)
    if cause == "labour":
        return sum(m.labour in ABLE for m in members) < 2
    return True


def draw_causes(seed: int, households: Sequence[Sequence[Member]]) -> list[tuple[str, tuple[str, ...]]]:
    """For each household the one main cause and at most two others, in the shares of `CAUSES`."""
    rng = stream(seed, "causes")
    quota = dict(zip(CAUSES, apportion(len(households), list(CAUSES.values())), strict=True))
    left = list(range(len(households)))
    rng.shuffle(left)
    main: dict[int, str] = {}
    for cause in CONSTRAINED:
        fitting = [i for i in left if cause_fits(cause, households[i])][: quota[cause]]
        main.update(dict.fromkeys(fitting, cause))
        gone = set(fitting)
        left = [i for i in left if i not in gone]
    free = [c for c in CAUSES if c not in CONSTRAINED for _ in range(quota[c])]
    free += ["technique"] * (len(left) - len(free))  # where people bore out fewer causes than the shares want
    main.update(zip(left, free, strict=True))
    every = Table(CAUSES)
    causes = []
    for i, members in enumerate(households):
        drawn = {every.draw(rng) for _ in range(OTHER_CAUSES.draw(rng))} - {main[i]}
        causes.append((main[i], tuple(sorted(c for c in drawn if cause_fits(c, members)))))
    return causes
