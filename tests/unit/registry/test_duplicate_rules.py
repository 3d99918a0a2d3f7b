"""Who may be one person, and who is not: tables of cases."""

from datetime import date
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.duplicates.rules import (
    DuplicatePolicy,
    Pair,
    Person,
    by_birth,
    by_place,
    find_pairs,
    name_of,
    number_of,
    pair_of,
    review_refusal,
)
from shared.ground.policy import read_policy
from shared.values.sounds import syllables
from tests.roster_file import number

POLICY = read_policy(Path("services/registry/policy.toml")).on(date(2017, 6, 1), DuplicatePolicy)
HERE, BESIDE, AWAY = "140927200201", "140927200202", "140927201201"
OLD = "140999700102001"  # of fifteen digits: number("19700102") before 1999
HOMES = (UUID(int=1), UUID(int=2))


def member(reference: str, name: str = "张建军", born: str = "19700102", **other: Any) -> Person:
    """A man, in a household of his own."""
    kept: str = other.pop("number", number(born, {"a": 101, "b": 777}.get(reference, 1)))
    compared, day = name_of(name), date(int(born[:4]), int(born[4:6]), int(born[6:]))
    usual = Person(reference, HOMES[reference == "b"], HERE, date(2014, 6, 1), compared, syllables(compared), "male",
                   day, number_of(kept))  # fmt: skip
    return usual._replace(**other)


A = member("a")


@pytest.mark.parametrize(
    ("other", "alike", "score"),
    [
        # What the bench injects: each error by itself, under a number of its own.
        (member("b", "张建君"), "homophone same_birth same_sex same_village", 95),
        (member("b", "张健军"), "homophone same_birth same_sex same_village", 95),
        (member("b", "张建东"), "one_character same_birth same_sex same_village", 80),
        (member("b", "弓建军"), "one_character same_birth same_sex same_village", 80),
        (member("b", born="19700201"), "same_name swapped_birth same_sex same_village", 95),
        (member("b", division=AWAY), "same_name same_birth same_sex", 80),
        (member("b", division=BESIDE), "same_name same_birth same_sex same_township", 90),
        # Two at once.
        (member("b", "张健东"), "one_character same_birth same_sex same_village", 80),
        (member("b", "张建东", number=number("19700102", 103)),
         "near_number one_character same_birth same_sex same_village", 90),
        (member("b", "张建东", number=number("19700102", 103), division=BESIDE),
         "near_number one_character same_birth same_sex same_township", 80),
        (member("b", born="19700112"), "same_name near_birth same_sex same_village", 80),
        (member("b", sex="female"), "same_name same_birth same_village", 90),
        (member("b", division=AWAY, born="19700201"), "same_name swapped_birth same_sex", 75),
    ],
)  # fmt: skip
def test_who_may_be_one_person(other: Person, alike: str, score: int) -> None:
    pair = pair_of(A, other, POLICY)
    assert pair is not None
    assert (" ".join(pair.alike), pair.score, pair.code) == (alike, score, "similar_person")
    assert found(by_birth, A, other) + found(by_place, A, other) >= 1, "a key brings them together"


@pytest.mark.parametrize(
    "other",
    [
        member("b", born="19850617"),  # a namesake of the same village
        member("b", born="19850617", number=number("19850617", 103)),
        member("b", "张建东", division=AWAY),  # of one day, another character, elsewhere
        member("b", "张建东", division=BESIDE),
        member("b", "张建东", division=AWAY, number=number("19700102", 103)),
        member("b", "张国东"),
        member("b", "张建"),
        member("b", "李国军"),
        member("b", "张健军", born="19700201", division=AWAY),
        # Twins and brothers of one household: birth, surname, and most of the number.
        member("b", "张建国", household_id=HOMES[0], number=number("19700102", 103)),
        member("b", "张建均", household_id=HOMES[0]),
        member("a", "张建军", household_id=HOMES[1]),  # the same person is nobody's double
    ],
)
def test_who_is_told_apart(other: Person) -> None:
    assert pair_of(A, other, POLICY) is None
    assert found(by_birth, A, other) + found(by_place, A, other) == 0


def test_twins_who_live_apart_are_asked_about_once() -> None:
    twin = member("b", "张建国", number=number("19700102", 103))
    assert found(by_birth, A, twin) == 1


def found(keys: Any, *people: Person) -> int:
    return len(find_pairs(people, keys, POLICY)[0])


@pytest.mark.parametrize("kept", [number("19700102"), OLD, number("19700102") + "42", number("19700102").lower()])
def test_one_number_is_one_person_whatever_else_is_written(kept: str) -> None:
    one = member("a", number=OLD)
    other = member("b", "王秀兰", born="19700102", number=kept, division=AWAY, sex="female")
    (pair,), _ = find_pairs((one, other), by_birth, POLICY)
    assert (pair.code, pair.alike[0]) == ("same_person", "same_number")
    within = other._replace(household_id=HOMES[0])
    assert pair_of(one, within, POLICY) is not None, "the number says so, also within one household"


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        (OLD, number("19700102")), (number("19700102") + "42", number("19700102")),
        ("１４０９９９７００１０２００１", number("19700102")),
        ("", ""), ("14099970010200", ""), ("14099970010200X", ""), ("1409997001020012", ""),
    ],
)  # fmt: skip
def test_what_a_kept_number_says(kept: str, read: str) -> None:
    assert number_of(kept) == read


def test_names_with_points_and_beyond_the_first_plane() -> None:
    one, other = member("a", "买买提·吐逊"), member("b", "买买提吐逊")
    assert [p.alike[0] for p in find_pairs((one, other), by_birth, POLICY)[0]] == ["same_name"]
    rare = member("a", "王𬭚"), member("b", "王𬍛")
    assert [p.alike[0] for p in find_pairs(rare, by_birth, POLICY)[0]] in (["homophone"], ["one_character"])
    unread = member("a", "王\U00030729"), member("b", "王\U00030729")
    assert [p.alike[0] for p in find_pairs(unread, by_birth, POLICY)[0]] == ["same_name"]
    assert found(by_birth, member("a", ""), member("b", "")) == 0


def test_characters_of_several_readings_sound_alike_by_any_of_them() -> None:
    (pair,), _ = find_pairs((member("a", "张乐军"), member("b", "张岳军")), by_birth, POLICY)
    assert pair.alike[0] == "homophone"


def test_it_is_suspected_of_the_later_household_and_lies_where_both_do() -> None:
    later = member("b", registered_on=date(2016, 6, 1))
    pair = pair_of(later, A, POLICY)
    assert pair is not None
    assert (pair.later, pair.earlier, pair.division, pair.state) == (later, A, HERE, "open")
    turned = pair_of(A._replace(registered_on=date(2016, 6, 2)), later, POLICY)
    assert turned is not None
    assert (turned.later.reference, turned.id) == ("a", pair.id)
    for place, division, state in ((BESIDE, HERE[:9], "open"), (AWAY, HERE[:6], "between")):
        moved = pair_of(A, later._replace(division=place), POLICY)
        assert moved is not None
        assert (moved.division, moved.state, moved.id) == (division, state, pair.id)


def test_so_many_of_one_day_and_name_are_no_persons() -> None:
    rote = [member("a")._replace(reference=str(n), household_id=UUID(int=n)) for n in range(201)]
    pairs, crowded = find_pairs(rote, by_birth, POLICY)
    assert (pairs, len(crowded)) == ([], 201)
    assert len(find_pairs(rote[:200], by_birth, POLICY)[0]) == 200 * 199 // 2


NAMES = ("张建军", "张建君", "张健军", "李建军", "王乐", "王岳", "买买提·吐逊", "𬭚")
PEOPLE = st.lists(
    st.builds(
        lambda name, born, place, home, kept: (name, born, place, home, kept),
        st.sampled_from(NAMES), st.sampled_from(("19700102", "19700201", "19700112")),
        st.sampled_from((HERE, BESIDE, AWAY)), st.integers(1, 6), st.sampled_from((1, 3, 591)),
    ),
    max_size=14,
)  # fmt: skip


@given(PEOPLE, st.integers())
def test_the_order_of_the_people_does_not_matter(drawn: list[tuple[str, str, str, int, int]], seed: int) -> None:
    people = [
        member("a", name, born, division=place, household_id=UUID(int=home), number=number(born, order))._replace(
            reference=str(n)
        )
        for n, (name, born, place, home, order) in enumerate(drawn)
    ]
    mixed = Random(seed).sample(people, len(people))
    assert find_pairs(people, by_birth, POLICY) == find_pairs(mixed, by_birth, POLICY)
    for pair in find_pairs(people, by_birth, POLICY)[0]:
        assert pair_of(pair.earlier, pair.later, POLICY) == pair_of(pair.later, pair.earlier, POLICY) == pair
        assert isinstance(pair, Pair)


@pytest.mark.parametrize(
    ("reason", "same", "refusal"),
    [
        ("uncle and nephew", False, None), (None, False, "no_reason"), ("", False, "no_reason"), (None, True, None),
        ("one", True, "reason_of_suspicion"),
    ],
)  # fmt: skip
def test_two_are_told_apart_for_a_reason(reason: str | None, refusal: str | None, *, same: bool) -> None:
    assert review_refusal(reason, same=same) == refusal
