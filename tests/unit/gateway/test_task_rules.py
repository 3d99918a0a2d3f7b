"""Lists by one order become one list."""

from typing import Any

import pytest

from gateway.tasks.rules import merged


def page(*items: tuple[str, str], more: bool = False) -> dict[str, Any]:
    return {"items": [{"due_on": day, "id": one} for day, one in items], "next": "x" if more else None}


A, B, C = ("2017-10-01", "a"), ("2017-10-01", "b"), ("2017-10-02", "a")


@pytest.mark.parametrize(
    ("pages", "limit", "shown", "following"),
    [
        ([], 2, [], None),
        ([page(), page()], 2, [], None),
        ([page(C), page(A)], 2, [A, C], None),
        ([page(B, C), page(A)], 2, [A, B], "2017-10-01.b"),
        ([page(A, more=True), page()], 1, [A], "2017-10-01.a"),
        ([page(A, more=True), page(B)], 2, [A, B], "2017-10-01.b"),
    ],
)
def test_the_most_urgent_of_all(pages: Any, limit: int, shown: list[tuple[str, str]], following: str | None) -> None:
    items, cursor = merged(pages, limit)
    assert [(i["due_on"], i["id"]) for i in items] == shown
    assert cursor == following
