"""Policy files: one value a day, or none; never two."""

from datetime import date
from pathlib import Path

import pytest

from shared.ground.policy import read_policy

ENTRY = '[[{code}]]\nvalue = {value}\nunit = "fen"\neffective_from = {begin}\n{end}source = "S1"\n'


def write(folder: Path, *entries: tuple[str, int, str, str]) -> Path:
    path = folder / "policy.toml"
    path.write_text("".join(
        ENTRY.format(code=code, value=value, begin=begin, end=f"effective_to = {end}\n" if end else "")
        for code, value, begin, end in entries
    ))  # fmt: skip
    return path


def test_the_day_decides(tmp_path: Path) -> None:
    policy = read_policy(write(tmp_path, ("line", 2, "2017-01-01", ""), ("line", 1, "2016-01-01", "2017-01-01")))
    days = date(2015, 12, 31), date(2016, 1, 1), date(2016, 12, 31), date(2017, 1, 1), date(2030, 1, 1)
    assert [policy.on(day).get("line") for day in days] == [None, 1, 1, 2, 2]


@pytest.mark.parametrize("later", [("line", 2, "2016-12-31", ""), ("line", 2, "2016-01-01", "2016-02-01")])
def test_two_words_about_one_day_are_refused(tmp_path: Path, later: tuple[str, int, str, str]) -> None:
    with pytest.raises(ValueError, match="overlap"):
        read_policy(write(tmp_path, ("line", 1, "2016-01-01", "2017-01-01"), later))


def test_other_codes_may_overlap_and_the_version_names_the_content(tmp_path: Path) -> None:
    one = read_policy(write(tmp_path, ("a", 1, "2016-01-01", ""), ("b", 2, "2016-01-01", "")))
    two = read_policy(write(tmp_path, ("a", 1, "2016-01-01", ""), ("b", 3, "2016-01-01", "")))
    assert one.on(date(2017, 1, 1)) == {"a": 1, "b": 2}
    assert one.version != two.version


def test_a_number_without_its_source_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, ("a", 1, "2016-01-01", ""))
    path.write_text(path.read_text().replace('source = "S1"\n', ""))
    with pytest.raises(KeyError, match="source"):
        read_policy(path)
