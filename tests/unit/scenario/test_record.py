"""Two plays are compared by human numbers: ids, whatever they are, change nothing, and everything else does."""

from pathlib import Path
from uuid import uuid4

from scenario.judge.record import by_number, differences, digest, read_record, write_record


def test_ids_give_way_to_the_numbers_of_what_they_stand_for() -> None:
    first, second, nobody = (str(uuid4()) for _ in range(3))
    said = {"id": nobody, "household_id": first, "ids": [second, first], "key": f"pay:{first}:2017", "loan_no": "7",
            "n": 3, "reasons": [{"code": "b", "figures": {"x": None}}, {"code": "a"}]}  # fmt: skip
    assert by_number(said, {first: "001", second: "002"}) == {
        "id": "", "household_id": "001", "ids": ["001", "002"], "key": "pay:001:2017", "n": 3,
        "reasons": [{"code": "b", "figures": {"x": None}}, {"code": "a"}],
    }  # fmt: skip


def test_a_line_too_many_and_a_line_otherwise_are_told_by_kind(tmp_path: Path) -> None:
    same, once, other = '["exit", 1]', '["flat", 1]', '["flat", 2]'
    assert differences([same, once], [once, same]) == {}
    assert differences([same, same, once], [same, other]) == {"exit": ([same], []), "flat": ([once], [other])}
    assert digest([same, once]) != digest([once, same])
    write_record([same, once], tmp_path)
    assert read_record(tmp_path) == [same, once]
