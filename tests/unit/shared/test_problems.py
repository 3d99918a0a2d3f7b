"""problem+json in the caller's language."""

import pytest

from shared.ground.problems import FieldError, Problem, body, preferred_language


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
