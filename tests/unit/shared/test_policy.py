"""Policy files: one value a day, or none; never two. What is not in force is a refusal, not a crash."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import pytest

from shared.ground.policy import FAR, AmendmentError, Said, asked_by, gap_between, read_policy
from shared.ground.problems import Problem, body

ENTRY = '[[{code}]]\nvalue = {value}\nunit = "fen"\neffective_from = {begin}\n{end}source = "S1"\n'


@dataclass(frozen=True, slots=True)
class LinePolicy:
    line: int


@dataclass(frozen=True, slots=True)
class WordsPolicy:
    line: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WholePolicy:
    """A figure of another name, a value of a table, lists, a whole table, and a policy within."""

    most: Annotated[int, "largest"]
    visits: Annotated[int, "scheme.visits"]
    days: tuple[tuple[int, int], ...]
    scheme: Mapping[str, int]
    within: LinePolicy


def write(folder: Path, *entries: tuple[str, object, str, str]) -> Path:
    path = folder / "policy.toml"
    path.write_text("".join(
        ENTRY.format(code=code, value=value, begin=begin, end=f"effective_to = {end}\n" if end else "")
        for code, value, begin, end in entries
    ))  # fmt: skip
    return path


def test_the_day_decides(tmp_path: Path) -> None:
    policy = read_policy(write(tmp_path, ("line", 2, "2017-01-01", ""), ("line", 1, "2016-01-01", "2017-01-01")))
    days = date(2016, 1, 1), date(2016, 12, 31), date(2017, 1, 1), date(2030, 1, 1)
    assert [policy.on(day, LinePolicy).line for day in days] == [1, 1, 2, 2]


def test_a_day_without_a_figure_is_answered_with_its_name(tmp_path: Path) -> None:
    policy = read_policy(write(tmp_path, ("line", 1, "2016-01-01", "2017-01-01")))
    for day in (date(2015, 12, 31), date(2017, 1, 1)):
        with pytest.raises(Problem) as refused:
            policy.on(day, LinePolicy)
        document = body(refused.value)
        assert (document["code"], document["status"]) == ("shared.policy_missing", 409)
        assert (document["figure"], document["on"]) == ("line", day.isoformat())


@dataclass(frozen=True, slots=True)
class SeriesPolicy:
    line: Annotated[int, "lines.{series}"]


def test_one_entry_may_say_which_value_of_another_counts(tmp_path: Path) -> None:
    policy = read_policy(
        write(
            tmp_path,
            ("lines", "{ strict = 3, mild = 2 }", "2016-01-01", "2018-01-01"),
            ("lines", "{ strict = 4 }", "2018-01-01", ""),
            ("series", '"strict"', "2016-01-01", "2017-01-01"),
            ("series", '"mild"', "2017-01-01", ""),
        )
    )
    assert [policy.on(date(year, 6, 1), SeriesPolicy).line for year in (2016, 2017)] == [3, 2]
    with pytest.raises(Problem) as refused:
        policy.on(date(2018, 6, 1), SeriesPolicy)
    assert body(refused.value)["figure"] == "lines", "of that year the series has no line"


def test_a_dataclass_says_what_it_needs_and_is_given_it(tmp_path: Path) -> None:
    begin = "2016-01-01", ""
    policy = read_policy(
        write(
            tmp_path,
            ("largest", 7, *begin),
            ("scheme", "{ visits = 3, notes = 4 }", *begin),
            ("days", "[[9, 15], [12, 15]]", *begin),
            ("line", 1, *begin),
        )
    )
    assert policy.on(date(2017, 1, 1), WholePolicy) == WholePolicy(
        7, 3, ((9, 15), (12, 15)), {"visits": 3, "notes": 4}, LinePolicy(1)
    )
    assert asked_by(WholePolicy) == {
        "most": "largest", "visits": "scheme.visits", "days": "days", "scheme": "scheme", "within": LinePolicy,
    }  # fmt: skip


@pytest.mark.parametrize("later", [("line", 2, "2016-12-31", ""), ("line", 2, "2016-01-01", "2016-02-01")])
def test_two_words_about_one_day_are_refused(tmp_path: Path, later: tuple[str, int, str, str]) -> None:
    with pytest.raises(ValueError, match="overlap"):
        read_policy(write(tmp_path, ("line", 1, "2016-01-01", "2017-01-01"), later))


def test_other_codes_may_overlap_and_the_version_names_the_content(tmp_path: Path) -> None:
    one = read_policy(write(tmp_path, ("line", 1, "2016-01-01", ""), ("b", 2, "2016-01-01", "")))
    two = read_policy(write(tmp_path, ("line", 1, "2016-01-01", ""), ("b", 3, "2016-01-01", "")))
    assert one.on(date(2017, 1, 1), LinePolicy) == two.on(date(2017, 1, 1), LinePolicy) == LinePolicy(1)
    assert one.version != two.version


def test_a_number_without_its_source_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, ("a", 1, "2016-01-01", ""))
    path.write_text(path.read_text().replace('source = "S1"\n', ""))
    with pytest.raises(KeyError, match="source"):
        read_policy(path)


def test_other_figures_stand_from_a_day_on_and_touch_nothing(tmp_path: Path) -> None:
    policy = read_policy(write(tmp_path, ("line", 2, "2017-01-01", "2018-01-01"), ("line", 3, "2018-01-01", "")))
    other = policy.amended([Said("line", 9, date(2017, 7, 1))])
    days = date(2017, 6, 30), date(2017, 7, 1), date(2019, 1, 1)
    assert [other.on(day, LinePolicy).line for day in days] == [2, 9, 9]
    assert [policy.on(day, LinePolicy).line for day in days] == [2, 2, 3]
    assert policy.version in other.version != policy.version


@pytest.mark.parametrize(
    ("value", "said", "reason"),
    [
        (1, "x", "unlike_figure"),
        (1, True, "unlike_figure"),
        ([1, 2], [1, "x"], "unlike_figure"),
        ("{ a = 1, b = 2 }", {"a": 1}, "unlike_figure"),
        ("{ a = 1 }", [1], "unlike_figure"),
        ("{ a = [1] }", {"a": ["x"]}, "unlike_figure"),
        ("2017-06-30", 20170630, "unlike_figure"),
        ("2017-06-30", "20170630", "unlike_figure"),
        ("2017-06-30", "2017-06-31", "unlike_figure"),
        (1, 2, "unknown_figure"),
    ],
)
def test_a_figure_is_replaced_by_its_like_alone(tmp_path: Path, value: object, said: object, reason: str) -> None:
    code = "other" if reason == "unknown_figure" else "line"
    policy = read_policy(write(tmp_path, ("line", value, "2017-01-01", "")))
    with pytest.raises(AmendmentError) as refused:
        policy.amended([Said(code, said, date(2017, 7, 1))])
    assert (refused.value.reason, refused.value.code) == (reason, code)


def test_lists_and_tables_may_grow(tmp_path: Path) -> None:
    policy = read_policy(write(tmp_path, ("days", [1], "2017-01-01", ""), ("scheme", "{ a = 1 }", "2017-01-01", "")))
    day = date(2017, 7, 1)
    other = policy.amended([Said("days", [1, 2, 3], day), Said("scheme", {"a": 2, "b": 3}, day)])
    assert [e.value for e in other.entries if e.effective_from.month == 7] == [(1, 2, 3), {"a": 2, "b": 3}]


def day(text: str) -> date:
    return date.fromisoformat(text) if text else FAR


# What stands: 1 until 2018, 2 until 2019, 3 from then on.
STANDS = (
    ("line", 1, "2016-01-01", "2018-01-01"),
    ("line", 2, "2018-01-01", "2019-01-01"),
    ("line", 3, "2019-01-01", ""),
)
Span = tuple[int, str, str]
FIRST, SECOND, THIRD = (1, "2016-01-01", "2018-01-01"), (2, "2018-01-01", "2019-01-01"), (3, "2019-01-01", "")
AMENDED: list[tuple[list[Span], list[Span], str | None]] = [
    # From a day on, for good.
    ([(9, "2018-07-01", "")], [FIRST, (2, "2018-01-01", "2018-07-01"), (9, "2018-07-01", "")], None),
    # Instead of one entry, the others stand.
    ([(9, "2018-01-01", "2019-01-01")], [FIRST, (9, "2018-01-01", "2019-01-01"), THIRD], None),
    # Up to where the next begins.
    (
        [(9, "2017-07-01", "2018-01-01")],
        [(1, "2016-01-01", "2017-07-01"), (9, "2017-07-01", "2018-01-01"), SECOND, THIRD],
        None,
    ),
    # It says itself what follows.
    (
        [(8, "2018-07-01", "2018-09-01"), (2, "2018-09-01", "2019-01-01")],
        [
            FIRST,
            (2, "2018-01-01", "2018-07-01"),
            (8, "2018-07-01", "2018-09-01"),
            (2, "2018-09-01", "2019-01-01"),
            THIRD,
        ],
        None,
    ),
    # Before there was any.
    ([(9, "2015-01-01", "2016-01-01")], [(9, "2015-01-01", "2016-01-01"), FIRST, SECOND, THIRD], None),
    # From before the first day on, for good.
    ([(9, "2015-01-01", "")], [(9, "2015-01-01", "")], None),
    # It shortens what stands, and says not what follows.
    (
        [(9, "2018-07-01", "2018-09-01")],
        [FIRST, (2, "2018-01-01", "2018-07-01"), (9, "2018-07-01", "2018-09-01"), THIRD],
        "2018-09-01",
    ),
    (
        [(9, "2017-01-01", "2018-06-01")],
        [(1, "2016-01-01", "2017-01-01"), (9, "2017-01-01", "2018-06-01"), THIRD],
        "2018-06-01",
    ),
    # It ends what was open-ended.
    ([(9, "2019-01-01", "2020-01-01")], [FIRST, SECOND, (9, "2019-01-01", "2020-01-01")], "2020-01-01"),
    # What it says of two times does not meet.
    (
        [(8, "2018-01-01", "2018-06-01"), (9, "2018-07-01", "")],
        [FIRST, (8, "2018-01-01", "2018-06-01"), (9, "2018-07-01", "")],
        "2018-06-01",
    ),
    # Long before, and nothing between.
    ([(9, "2014-01-01", "2015-01-01")], [(9, "2014-01-01", "2015-01-01"), FIRST, SECOND, THIRD], "2015-01-01"),
    # A day that only some years have.
    ([(9, "2020-02-29", "")], [FIRST, SECOND, (3, "2019-01-01", "2020-02-29"), (9, "2020-02-29", "")], None),
]


@pytest.mark.parametrize(("said", "stands", "gap"), AMENDED, ids=[str(i) for i in range(len(AMENDED))])
def test_an_amendment_takes_the_place_of_what_began_within_it(
    tmp_path: Path, said: list[Span], stands: list[Span], gap: str | None
) -> None:
    policy = read_policy(write(tmp_path, *STANDS))
    other = policy.amended([Said("line", value, day(begin), day(end)) for value, begin, end in said], "省办 1号")
    found = [(e.value, e.effective_from, e.effective_to) for e in other.entries]
    assert found == [(value, day(begin), day(end)) for value, begin, end in stands]
    new = [e.value for e in other.entries if e.source == "省办 1号"]
    assert new == [value for value, _, _ in said]
    assert gap_between(policy, other, "line") == (date.fromisoformat(gap) if gap else None)


def test_what_ended_on_purpose_may_end_as_it_ended(tmp_path: Path) -> None:
    policy = read_policy(write(tmp_path, ("line", 1, "2016-01-01", "2018-01-01")))
    for end, gap in (("2018-01-01", None), ("2017-12-31", date(2017, 12, 31)), ("2019-01-01", None), ("", None)):
        other = policy.amended([Said("line", 2, date(2017, 1, 1), day(end))])
        assert gap_between(policy, other, "line") == gap, end


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ([(9, "2018-01-01", "2018-01-01")], "entry_reversed"),
        ([(9, "2018-01-01", "2017-12-31")], "entry_reversed"),
        ([(8, "2018-01-01", "2018-07-01"), (9, "2018-06-30", "")], "entries_overlap"),
        ([(8, "2018-01-01", ""), (9, "2018-01-01", "")], "entries_overlap"),
    ],
)
def test_days_that_contradict_each_other_are_refused(tmp_path: Path, said: list[Span], reason: str) -> None:
    policy = read_policy(write(tmp_path, *STANDS))
    with pytest.raises(AmendmentError) as refused:
        policy.amended([Said("line", value, day(begin), day(end)) for value, begin, end in said])
    assert (refused.value.reason, refused.value.code) == (reason, "line")


def test_the_same_content_makes_the_same_version_and_no_other_does(tmp_path: Path) -> None:
    policy = read_policy(write(tmp_path, *STANDS, ("other", 1, "2016-01-01", "")))
    new = [Said("line", 9, date(2018, 7, 1)), Said("other", 2, date(2018, 7, 1))]
    one = policy.amended(new, "省办 1号")
    assert one.version == policy.amended(new[::-1], "省办 1号").version
    others = (
        policy.amended(new, "省办 2号"),
        policy.amended(new[:1], "省办 1号"),
        policy.amended([new[0]._replace(value=8), new[1]], "省办 1号"),
        policy.amended([new[0]._replace(effective_to=date(2020, 1, 1)), new[1]], "省办 1号"),
        one.amended(new, "省办 1号"),
    )
    assert len({one.version, policy.version, *(other.version for other in others)}) == 7
    assert {other.version.partition("+")[0] for other in (one, *others)} == {policy.version}
    assert (policy.changes, one.changes, others[-1].changes) == (0, 1, 2)


def test_an_empty_list_is_filled_with_what_it_held_at_other_times(tmp_path: Path) -> None:
    kinds = (("line", "[]", "2016-01-01", "2018-01-01"), ("line", '["firm"]', "2018-01-01", ""))
    policy = read_policy(write(tmp_path, *kinds))
    assert policy.amended([Said("line", ["farm"], date(2017, 1, 1))]).on(date(2017, 1, 1), WordsPolicy).line == (
        "farm",
    )
    with pytest.raises(AmendmentError):
        policy.amended([Said("line", [1], date(2017, 1, 1))])
