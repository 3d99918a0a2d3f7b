"""Age groups by birthday, and which cells outsiders are not shown."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.registry.statistics.rules import age_names, born_before, hidden, last_day
from shared.values.dates import full_years

AGES = (6, 16, 60)


@given(
    born=st.dates(date(1900, 1, 1), date(2020, 12, 31)),
    on=st.sampled_from([date(2016, 2, 29), date(2017, 2, 28), date(2017, 3, 1), date(2017, 12, 31)]),
)
def test_the_group_of_a_birthday_is_that_of_the_age(born: date, on: date) -> None:
    if born > on:
        return
    group = age_names(AGES)[sum(threshold <= born for threshold in born_before(on, AGES))]
    first, _, last = group.rstrip("+").partition("-")
    assert int(first) <= full_years(born, on) <= (int(last) if last else 200)


def test_groups_are_named_from_the_oldest() -> None:
    assert age_names(AGES) == ["60+", "16-59", "6-15", "0-5"]
    assert (last_day("2016-02"), last_day("2017-12")) == (date(2016, 2, 29), date(2017, 12, 31))


CELLS = {("a", "x"): 3, ("a", "y"): 40, ("a", "z"): 25, ("b", "x"): 50, ("b", "y"): 60, ("b", "z"): 70}


def test_a_small_cell_takes_others_along_that_would_tell_it() -> None:
    shut = hidden(CELLS, 10)
    assert shut == {("a", "x"), ("a", "z"), ("b", "x"), ("b", "z")}
    assert hidden(CELLS, 3) == frozenset()


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), st.integers(0, 60), min_size=1, max_size=16
    )
)
def test_no_hidden_cell_can_be_told_from_a_sum(cells: dict[tuple[str, str], int]) -> None:
    shut = hidden(cells, 10)
    assert {p for p, n in cells.items() if 0 < n < 10} <= shut
    for axis in (0, 1):
        for line in {p[axis] for p in shut}:
            inside = [p for p in cells if p[axis] == line and cells[p]]
            hid = [p for p in inside if p in shut]
            assert len(hid) >= 2 or len(inside) == 1, "alone in a sum, unless it is the sum"
