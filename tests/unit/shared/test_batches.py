"""A batch of items that senders name: once each, the same answer ever after."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from shared.acts.batches import NewRows, take_new


@dataclass(frozen=True)
class Thing:
    id: UUID
    size: int


ONE, TWO, THREE = (UUID(int=i) for i in (1, 2, 3))


async def take(*items: Thing, known: dict[UUID, Any] | None = None, free: set[UUID] | None = None) -> Any:
    saved = NewRows()

    def judge(item: Thing) -> str | dict[str, Any]:
        return "too_large" if item.size > 9 else asdict(item) | {"kept": True}

    async def save(rows: NewRows) -> set[UUID]:
        saved.extend(rows)
        return {r["id"] for r in rows} if free is None else free

    reasons, new = await take_new(items, known or {}, ("size",), judge, save)
    return reasons, [r["id"] for r in new], [r["id"] for r in saved]


async def test_each_is_judged_alone_and_saved_together() -> None:
    assert await take(Thing(ONE, 1), Thing(TWO, 10), Thing(THREE, 3)) == (
        [None, "too_large", None], [ONE, THREE], [ONE, THREE],
    )  # fmt: skip


async def test_what_came_before_is_answered_the_same_and_not_judged_again() -> None:
    known = {ONE: {"size": 99}}
    assert await take(Thing(ONE, 99), Thing(ONE, 1), known=known) == ([None, "content_differs"], [], [])


async def test_twice_in_a_batch_is_once() -> None:
    found = await take(Thing(ONE, 1), Thing(ONE, 1), Thing(ONE, 2))
    assert found == ([None, None, "content_differs"], [ONE], [ONE])


async def test_an_id_of_somebody_elses_is_taken_however_often_it_comes() -> None:
    found = await take(Thing(ONE, 1), Thing(ONE, 1), Thing(TWO, 2), free={TWO})
    assert found == (["id_taken", "id_taken", None], [TWO], [ONE, TWO])


async def test_a_refused_item_may_come_again_corrected() -> None:
    assert await take(Thing(ONE, 10), Thing(ONE, 9)) == (["too_large", None], [ONE], [ONE])
