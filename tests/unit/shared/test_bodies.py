"""A batch reads each item alone; a result, a page and a cursor have one shape everywhere."""

import json
from datetime import date
from typing import Annotated, Any, Literal
from uuid import uuid4

import pytest
from pydantic import Field, ValidationError

from shared.acts.bodies import Batch, Case, Input, Result, code_of, result
from shared.doors.http import field_error
from shared.doors.json_bodies import read_json
from shared.values.inputs import Day, Name, Text

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
        (note(tags=["a", "b\0"]), "tags.1"),
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


class Letter(Case):
    kind: Literal["letter"]
    notes: list[Note]


class Visit(Case):
    kind: Literal["visit"]


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ('"text": "b"', "text"),
        ('"text": "a"', "text"),
        ('"tags": [], "t\\u0061gs": ["b"]', "tags"),
        ('"accuracy": 1, "accuracy": 2', "accuracy"),
        ('"id": "018f2d5e-7c1a-7000-8000-000000000001"', "id"),
    ],
)
def test_an_item_that_says_a_field_twice_refuses_itself_alone(bad: str, field: str) -> None:
    good = json.dumps(note(text="a"))
    body = f'{{"items": [{good}, {good[:-1]}, {bad}}}, {good}]}}'
    answers = _answers(Batch[Note].model_validate(read_json(body.encode())))
    assert [a.status for a in answers] == ["accepted", "refused", "accepted"]
    assert (answers[1].code, answers[1].errors[0].field) == ("shared.invalid_item", field)
    assert answers[1].errors[0].expected_zh == "只应出现一次"


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ('{"id": "%s", "kind": "visit", "kind": "letter", "notes": []}', "kind"),
        ('{"id": "%s", "kind": "letter", "notes": [], "notes": []}', "notes"),
        ('{"id": "%s", "kind": "letter", "notes": [{"lat_e6": 1, "lat_e6": 2}]}', "notes.0.lat_e6"),
    ],
)
def test_so_does_one_that_a_word_tells_apart_and_one_with_parts(item: str, field: str) -> None:
    batch = Batch[Annotated[Letter | Visit, Field(discriminator="kind")]]
    (answer,) = _answers(batch.model_validate(read_json(f'{{"items": [{item % ONE}]}}'.encode())))
    assert (answer.code, answer.errors[0].field) == ("shared.invalid_item", field)


def test_a_body_that_says_a_field_twice_is_refused_whole() -> None:
    item = json.dumps(note())
    for model, body in (
        (Batch[Note], f'{{"items": [{item}], "items": [{item}]}}'),
        (Note, item[:-1] + ', "text": "b"}'),
    ):
        with pytest.raises(ValidationError) as refused:
            model.model_validate(read_json(body.encode()))
        assert [e["type"] for e in refused.value.errors()] == ["said_twice"]


def _answers(batch: Batch[Any]) -> list[Result]:
    return batch.answered([result("r.r", item.id, None) for item in batch.sound]).results


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


class Told(Input):
    code: str | None = None
    on: Day = date(2017, 6, 1)
    name: Name = Field(default="n", min_length=1, max_length=10)
    evidence: Text = Field(default="e", min_length=1, max_length=20)
    told: list[Text] = Field(default=[])


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"code": " Ａ－１\u3000"}, {"code": "A-1"}),
        ({"on": "２０１７-06-01"}, {"on": "2017-06-01"}),
        ({"name": "  cafe\u0301 "}, {"name": "caf\u00e9"}),
        ({"name": "李Ａ（一）"}, {"name": "李Ａ（一）"}),
        ({"name": "葛\U000e0100"}, {"name": "葛\U000e0100"}),
        ({"evidence": "one\r\ntwo\rthree\t."}, {"evidence": "one\ntwo\nthree\t."}),
        ({"told": ["\u2764\ufe0f", "𠮷"]}, {"told": ["\u2764", "𠮷"]}),
    ],
)
def test_what_is_the_same_is_kept_in_one_form(sent: dict[str, Any], kept: dict[str, Any]) -> None:
    assert kept.items() <= Told.model_validate(sent).model_dump(mode="json").items()


FAULTS = {
    "a\0": "text_control", "a\u0085b": "text_control", "a\u2028b": "text_control",
    "\ud800": "text_surrogate",
    "\ufffe": "text_noncharacter", "\U0010ffff": "text_noncharacter", "\ufdd0": "text_noncharacter",
    "\ue000": "text_private_use", "\U000f0000": "text_private_use",
    "\u200b": "text_invisible", "a\u202eb": "text_invisible",
    "a\u2060b": "text_invisible", "a\ufeffb": "text_invisible",
    "\u3164": "text_invisible", "a\U000e0041": "text_invisible", "葛\U000e0100\U000e0101": "text_invisible",
    "\u2066a": "text_invisible", "\ufe0f": "text_invisible", "a\ufffdb": "text_lost",
}  # fmt: skip


@pytest.mark.parametrize("field", ["code", "name", "evidence"])
@pytest.mark.parametrize("text", FAULTS)
def test_no_text_that_a_table_cannot_hold_or_nobody_sees(text: str, field: str) -> None:
    with pytest.raises(ValidationError) as error:
        Told.model_validate({field: text})
    assert [(e["type"], e["loc"]) for e in error.value.errors()] == [(FAULTS[text], (field,))]
    said = field_error(error.value.errors()[0])
    assert said.expected_zh != said.expected_en


@pytest.mark.parametrize("text", ["", " ", "\u3000", "\t\n", "\u0301"])
def test_a_text_that_must_be_there_shows_something(text: str) -> None:
    for field in ("name", "evidence"):
        with pytest.raises(ValidationError) as error:
            Told.model_validate({field: text})
        assert error.value.errors()[0]["loc"] == (field,)


def test_lines_are_for_what_is_told() -> None:
    for field in ("code", "name"):
        with pytest.raises(ValidationError):
            Told.model_validate({field: "a\nb"})


@pytest.mark.parametrize(
    "day",
    ["0001-01-01", "1899-12-31", "2100-01-01", "9999-12-31", 0, 1_496_275_200, "1496275200", "now", None, "2017-02-30"],
)
def test_a_day_is_one_of_the_house_s_calendar(day: Any) -> None:
    with pytest.raises(ValidationError):
        Told.model_validate({"on": day})


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
