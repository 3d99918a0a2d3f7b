"""Who may be said to have split off, and which households to have merged."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.households.rules import is_of_age
from services.registry.merges.rules import Ending, merge_refusal
from services.registry.merges.rules import Said as SaidOfMerge
from services.registry.regroupings.rules import Belonging, Home
from services.registry.splits.rules import Said, parted, split_refusal

REGISTERED, DAY, ON = date(2014, 6, 1), date(2017, 5, 10), date(2017, 6, 1)
HOME = Home("poor", REGISTERED, None)
ADULT, CHILD = Belonging(date(1990, 1, 1), REGISTERED), Belonging(date(2010, 1, 1), REGISTERED)
FAMILY = {"father": ADULT, "mother": ADULT, "son": ADULT, "bride": ADULT, "child": CHILD}
SAID = Said("son", (("son", None), ("bride", "spouse"), ("child", "son")), DAY, ON)


def test_a_son_with_wife_and_child_may_split_off() -> None:
    assert split_refusal(HOME, FAMILY, SAID) is None
    assert split_refusal(HOME, FAMILY, replace(SAID, split_on=ON)) is None, "today"
    assert split_refusal(replace(HOME, stands_since=DAY), FAMILY, SAID) is None, "on the day since which it stands so"


@pytest.mark.parametrize(
    ("home", "members", "said", "refusal"),
    [
        (None, FAMILY, SAID, "shared.not_found"),
        (replace(HOME, status="removed"), FAMILY, SAID, "household_removed"),
        (replace(HOME, frozen=True), FAMILY, SAID, "frozen"),
        (HOME, FAMILY, replace(SAID, split_on=date(2017, 6, 2)), "future_date"),
        (HOME, FAMILY, replace(SAID, split_on=date(2014, 5, 31)), "registry.arrivals.before_registration"),
        (replace(HOME, stands_since=date(2017, 5, 11)), FAMILY, SAID, "registry.regroupings.decided_since"),
        (replace(HOME, under_way=True), FAMILY, SAID, "registry.regroupings.under_way"),
        (HOME, FAMILY, replace(SAID, people=(*SAID.people, ("child", "son"))), "named_twice"),
        (HOME, FAMILY, replace(SAID, head="mother"), "head_stays"),
        (HOME, FAMILY, replace(SAID, people=(*SAID.people, ("stranger", "other"))), "not_a_member"),
        (HOME, FAMILY, replace(SAID, people=(("son", None), ("bride", None))), "relations_missing"),
        (HOME, FAMILY, replace(SAID, people=(("son", "son"), ("bride", "spouse"))), "relations_missing"),
        (HOME, {n: FAMILY[n] for n in ("son", "bride", "child")}, SAID, "nobody_stays"),
        # Who came after the day does not stay behind on it.
        (
            HOME,
            {n: FAMILY[n] for n in ("son", "bride", "child")} | {"later": replace(ADULT, since=date(2017, 5, 20))},
            SAID,
            "nobody_stays",
        ),
        (HOME, FAMILY | {"bride": replace(ADULT, since=DAY)}, SAID, "registry.changes.before_membership"),
        (HOME, FAMILY | {"bride": replace(ADULT, leaving=True)}, SAID, "registry.regroupings.departure_waits"),
        (HOME, FAMILY, Said("child", (("child", None),), DAY, ON), "head_under_age"),
        (HOME, {"son": ADULT, "bride": ADULT, "child": CHILD}, replace(SAID, people=SAID.people[:2]), "nobody_of_age"),
    ],
)
def test_what_cannot_be_is_refused(home: Home | None, members: dict[str, Belonging], said: Said, refusal: str) -> None:
    assert split_refusal(home, members, said) == refusal


BELONGING = st.builds(
    Belonging,
    born_on=st.dates(date(1930, 1, 1), date(2005, 1, 1)),
    since=st.sampled_from((REGISTERED, DAY)),
)
NAMES = st.sampled_from("abcdef")


@given(
    st.dictionaries(NAMES, BELONGING, min_size=2),
    st.lists(NAMES, min_size=1, max_size=3),
    st.sampled_from((DAY, date(2017, 5, 11), ON)),
)
def test_people_before_are_people_after_and_both_have_somebody_of_age(
    members: dict[str, Belonging], names: list[str], day: date
) -> None:
    said = Said(names[0], tuple((name, None if name == names[0] else "other") for name in names), day, ON)
    go, stay = parted(members, said)
    assert go | stay == members
    assert not go.keys() & stay.keys()
    if split_refusal(HOME, members, said) is None:
        assert sorted(go) == sorted(names)
        assert is_of_age(go[said.head].born_on, day)
        assert any(is_of_age(one.born_on, day) for one in stay.values())


OTHERS = {"uncle": ADULT, "child": CHILD}
ENDING = Ending(HOME, OTHERS, frozenset(OTHERS), helped=False)
MERGED = SaidOfMerge(("uncle", "child"), DAY, ON)


def test_two_that_stand_alike_may_merge() -> None:
    assert merge_refusal(HOME, ENDING, MERGED) is None


@pytest.mark.parametrize(
    ("home", "other", "said", "refusal"),
    [
        (None, ENDING, MERGED, "shared.not_found"),
        (HOME, replace(ENDING, home=None), MERGED, "shared.not_found"),
        (HOME, replace(ENDING, home=replace(HOME, status="removed")), MERGED, "household_removed"),
        (replace(HOME, frozen=True), ENDING, MERGED, "frozen"),
        (HOME, replace(ENDING, home=replace(HOME, under_way=True)), MERGED, "registry.regroupings.under_way"),
        (replace(HOME, stands_since=ON), ENDING, MERGED, "registry.regroupings.decided_since"),
        (HOME, ENDING, replace(MERGED, merged_on=date(2017, 6, 2)), "future_date"),
        (replace(HOME, status="exited"), ENDING, MERGED, "stands_differently"),
        (replace(HOME, exited_year=2016), ENDING, MERGED, "stands_differently"),
        (HOME, replace(ENDING, helped=True), MERGED, "help_runs"),
        (HOME, ENDING, replace(MERGED, people=("uncle",)), "others_named"),
        (HOME, ENDING, replace(MERGED, people=("uncle", "child", "child")), "others_named"),
        (
            HOME,
            replace(ENDING, members=OTHERS | {"child": replace(CHILD, since=DAY)}),
            MERGED,
            "registry.changes.before_membership",
        ),
        (
            HOME,
            replace(ENDING, members=OTHERS | {"uncle": replace(ADULT, leaving=True)}),
            MERGED,
            "registry.regroupings.departure_waits",
        ),
        (HOME, replace(ENDING, there=frozenset({*OTHERS, "aunt"})), MERGED, "left_since"),
    ],
)
def test_what_cannot_have_merged_is_refused(home: Home | None, other: Ending, said: SaidOfMerge, refusal: str) -> None:
    assert merge_refusal(home, other, said) == refusal
