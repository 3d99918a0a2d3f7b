"""problem+json in the caller's language."""

import re
from typing import get_args

import pytest
from pydantic_core.core_schema import ErrorType

from shared.doors.http import _EXPECTED, field_error
from shared.ground.problems import ROOT, FieldError, Problem, body, preferred_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"), ("zh-CN", "zh"), ("zh", "zh"), ("en-GB,zh;q=0.8", "en"), ("zh-CN,en;q=0.8", "zh"), ("fr", "en"),
        ("fr, zh;q=0.5", "zh"), ("en;q=0.1, zh;q=0.9", "zh"), ("zh;q=0", "en"), ("*", "en"), ("zh;q=oops", "en"),
        ("ZH-hans", "zh"), (";;,,", "en"),
    ],
)  # fmt: skip
def test_the_preferred_language(header: str, language: str) -> None:
    assert preferred_language(header) == language


def test_a_problem_carries_both_languages_and_its_figures() -> None:
    document = body(Problem("shared.too_large", limit_bytes=1000), "zh-CN")
    assert document["title"] == document["title_zh"] == "请求体超过 1000 字节。"
    assert document["title_en"] == "The body is larger than 1000 bytes."
    assert (document["status"], document["code"]) == (413, "shared.too_large")
    assert document["type"] == "urn:shenchi:problem:shared.too_large"


def test_field_errors_say_where_and_what_never_the_input() -> None:
    document = body(Problem("shared.invalid_input", errors=[FieldError("items.0.id", "a UUID", "UUID")]))
    assert document["errors"] == [{"field": "items.0.id", "expected_en": "a UUID", "expected_zh": "UUID"}]


# What reads Python objects, arguments and calls, which no request brings.
NOT_FROM_JSON = {
    "no_such_attribute",
    "needs_python_object",
    "recursion_loop",
    "recursion_depth_exceeded",
    "frozen_field",
    "frozen_instance",
    "get_attribute_error",
    "dataclass_exact_type",
    "default_factory_not_called",
    "iterable_type",
    "iteration_error",
    "frozen_dict_type",
    "ordered_dict_type",
    "counter_type",
    "deque_type",
    "set_item_not_hashable",
    "bytes_invalid_encoding",
    "value_error",
    "assertion_error",
    "missing_sentinel_error",
    "ellipsis_error",
    "time_delta_type",
    "time_delta_parsing",
    "is_instance_of",
    "is_subclass_of",
    "callable_type",
    "arguments_type",
    "missing_argument",
    "unexpected_keyword_argument",
    "missing_keyword_only_argument",
    "unexpected_positional_argument",
    "missing_positional_only_argument",
    "multiple_argument_values",
    "decimal_max_digits",
    "decimal_max_places",
    "decimal_whole_digits",
    "fraction_type",
    "fraction_parsing",
    "complex_type",
    "complex_str_parsing",
}


@pytest.mark.parametrize("kind", get_args(ErrorType))
def test_whatever_does_not_fit_is_said_in_chinese_too(kind: str) -> None:
    said = field_error({"type": kind, "loc": ("body", "n"), "msg": "Input should be other", "ctx": {"gt": 3}})
    assert "Input" not in said.expected_en + said.expected_zh
    assert re.search(r"[\u4e00-\u9fff]|UUID|true", said.expected_zh)
    anything = field_error({"type": "unheard", "loc": ("body", "n"), "msg": "Input should be other", "ctx": {"gt": 3}})
    assert (said == anything) == (kind in NOT_FROM_JSON)


def test_words_that_are_known_are_listed_as_each_language_does() -> None:
    said = field_error({"type": "literal_error", "loc": ("n",), "msg": "", "ctx": {"expected": "'A', 'B' or 'C'"}})
    assert said.expected_en == "one of the known words ('A', 'B' or 'C')"
    assert said.expected_zh == "应为已知的值之一 ('A', 'B'、'C')"


def test_no_body_of_ours_refuses_by_an_error_that_nobody_put_into_words() -> None:
    files = [p for folder in ("services", "gateway", "shared") for p in (ROOT / folder).rglob("*.py")]
    own = {kind for p in files for kind in re.findall(r'PydanticCustomError\(\s*"(\w+)"', p.read_text("utf-8"))}
    assert own <= _EXPECTED.keys()
    raising = [p for p in files if p.name == "schemas.py" and "raise ValueError" in p.read_text("utf-8")]
    assert raising == []
