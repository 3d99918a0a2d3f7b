"""A batch reads each item alone; a result, a page and a cursor have one shape everywhere."""

from typing import Any
from uuid import uuid4

import pytest
from pydantic import Field, ValidationError

from shared.acts.bodies import Batch, Case, Input, code_of, result

ONE = str(uuid4())


class Note(Case):
    text: str = Field(max_length=10)
    lat_e6: int = Field(ge=0, le=90_000_000)
    tags: list[str] = Field(default=[])


def note(**changes: Any) -> dict[str, Any]:
    return {"id": ONE, "text": "n", "lat_e6": 39_090_000} | changes


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (note(text="x" * 11), "text"),
        (note(lat_e6=112_200_000), "lat_e6"),
        (note(lat_e6=39_090_000.5), "lat_e6"),
        (note(accuracy=5), "accuracy"),
        (note(**{"a\ud800": 5}), "body"),
        (note(text="a\ud800"), "text"),
        (note(text="a\0"), "text"),
        (note(tags=["a", "b\0"]), "tags"),
        (note(id="\0"), "id"),
        ("no object at all", "body"),
        (None, "body"),
    ],
)
def test_one_bad_item_refuses_itself_alone(bad: Any, field: str) -> None:
    good = note(id=str(uuid4()))
    batch = Batch[Note].model_validate({"items": [good, bad, good]})
    assert [str(i.id) for i in batch.sound] == [good["id"]] * 2
    answers = batch.answered([result("r.r", item.id, None) for item in batch.sound]).results
    assert [a.status for a in answers] == ["accepted", "refused", "accepted"]
    assert answers[1].code == "shared.invalid_item"
    assert field in {e.field for e in answers[1].errors}
    assert "\ud800" not in answers[1].model_dump_json(by_alias=True)


def test_the_bad_item_is_called_what_its_sender_calls_it() -> None:
    named = [note(text="x" * 11), {"serial": "A-1"}, {"household_id": 5}, {"id": "x" * 65}]
    answers = Batch[Note].model_validate({"items": named}).answered([]).results
    assert [a.id for a in answers] == [ONE, "A-1", None, None]


@pytest.mark.parametrize("body", [{}, {"items": []}, {"items": [note()] * 1001}, {"items": [note()], "more": 1}, []])
def test_what_is_no_batch_is_refused_whole(body: Any) -> None:
    with pytest.raises(ValidationError):
        Batch[Note].model_validate(body)


def test_the_document_keeps_the_item_s_schema() -> None:
    schema = Batch[Note].model_json_schema()
    assert schema["properties"]["items"]["items"] == {"$ref": "#/$defs/Note"}
    assert schema["$defs"]["Note"]["properties"]["lat_e6"]["maximum"] == 90_000_000


def test_no_text_that_a_table_cannot_hold() -> None:
    class Reason(Input):
        reason: str

    with pytest.raises(ValidationError) as error:
        Reason.model_validate({"reason": "a\0b"})
    assert error.value.errors()[0]["type"] == "unstorable_text"


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (None, None),
        ("future_date", "shared.future_date"),
        ("case_open", "registry.exits.case_open"),
        ("shared.same_person", "shared.same_person"),
    ],
)
def test_a_bare_reason_is_common_or_the_room_s(reason: str | None, code: str | None) -> None:
    assert code_of("registry.exits", reason) == code
