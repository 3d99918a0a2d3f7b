"""A cursor holds for one subject, one path and its filters; `Link` names the next page of each list."""

from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import httpx
import pytest

from tests.conftest import House
from tests.integration.registry.test_households import seed_household

LIST = "/registry/v1/households"


def next_of(answer: httpx.Response) -> str:
    target, _, relation = answer.headers["link"].partition(">; ")
    assert relation == 'rel="next"'
    return str(target.removeprefix("<"))


async def test_the_link_walks_a_list_to_its_end_with_all_that_was_asked(house: House) -> None:
    ids = {str(await seed_household(house)) for _ in range(5)}
    door = await house.serve("registry", "api")
    seen, path = list[str](), f"{LIST}?limit=2&division=140927"
    while path:
        answer = await door.call("GET", path, "county")
        page = answer.json()
        seen += [item["id"] for item in page["items"]]
        path = next_of(answer) if page["next"] else ""
        if path:
            asked = parse_qs(urlsplit(path).query)
            assert asked == {"limit": ["2"], "division": ["140927"], "cursor": [page["next"]]}
        else:
            assert "link" not in answer.headers
    assert (set(seen), len(seen)) == (ids, 5)


async def test_a_cursor_of_another_subject_path_or_filter_is_none(house: House) -> None:
    for _ in range(3):
        await seed_household(house)
    door = await house.serve("registry", "api")
    cursor = (await door.call("GET", f"{LIST}?limit=1", "county")).json()["next"]
    assert (await door.call("GET", f"{LIST}?limit=2&cursor={cursor}", "county")).status_code == 200
    middle = len(cursor) // 2
    forged = cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :]
    for path, subject in (
        (f"{LIST}?cursor={cursor}", "somebody-else"),
        (f"{LIST}?cursor={cursor}&division=140927", ""),
        (f"/registry/v1/exits?cursor={cursor}", ""),
        (f"{LIST}?cursor={forged}", ""),
        (f"{LIST}?cursor={uuid4()}", ""),
        (f"{LIST}?cursor=7", ""),
        (f"{LIST}?cursor=%E7%A5%9E", ""),
    ):
        answer = await door.call("GET", path, "county", subject=subject)
        assert (answer.status_code, answer.json()["code"]) == (422, "shared.cursor_invalid"), path


@pytest.mark.parametrize("after", ["yesterday", f"2017-13-01.{UUID(int=7)}", "2017-06-01." + "-" * 36])
async def test_a_place_among_tasks_that_is_none_is_refused(house: House, after: str) -> None:
    door = await house.serve("registry", "api")
    answer = await door.call("GET", f"/registry/v1/tasks?after={after}", "county")
    assert answer.status_code == 422
