"""What a caller has already is not sent again: ETag and If-None-Match at every GET that shows JSON."""

from pathlib import Path

import pytest
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from shared.doors.preconditions import Expected, tag_of
from shared.ground.problems import Problem
from tests.contract.test_front import application, client

DOOR = "/answer"


class Thing(BaseModel):
    name: str


HERE, OTHER = tag_of(Thing(name="here")), tag_of(Thing(name="other"))


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_what_has_not_changed_is_not_sent_again(encoding: str, tmp_path: Path) -> None:
    app, content = application("registry", tmp_path), ["x" * 5000]
    app.add_api_route(DOOR, lambda: JSONResponse(content))
    async with client(app) as caller:
        packs = {"Accept-Encoding": encoding}
        first = await caller.get(DOOR, headers=packs)
        mark = first.headers["etag"]
        for asked in (mark, f"W/{mark}", f'"x", {mark}', "*"):
            again = await caller.get(DOOR, headers=packs | {"If-None-Match": asked})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", mark), asked
            assert "content-type" not in again.headers
        other = await caller.get(DOOR, headers=packs | {"If-None-Match": '"x"'})
        assert (other.status_code, other.json(), other.headers["etag"]) == (200, first.json(), mark)
        head = await caller.head(DOOR, headers=packs)
        assert (head.headers["etag"], head.content) == (mark, b"")
        content.append("more")
        changed = await caller.get(DOOR, headers=packs | {"If-None-Match": mark})
        assert (changed.status_code, changed.json()) == (200, content)
        assert changed.headers["etag"] != mark
        nowhere = await caller.get("/no/such/door", headers={"If-None-Match": "*"})
        assert (nowhere.status_code, "etag" in nowhere.headers) == (404, False)


@pytest.mark.parametrize(
    ("tags", "new", "held", "fits"),
    [
        ({HERE}, False, "here", True), ({HERE}, False, "other", False), ({OTHER, HERE}, False, "here", True),
        ({f"W/{HERE}"}, False, "here", False), ({"*"}, False, "here", True), ({"*"}, False, None, False),
        ({HERE}, False, None, False), (set(), True, None, True), (set(), True, "here", False),
    ],
)  # fmt: skip
def test_an_edit_goes_by_what_stands(tags: set[str], new: bool, held: str | None, fits: bool) -> None:
    expected, thing = Expected(frozenset(tags), new), Thing(name=held) if held else None
    if fits:
        expected.check(thing)
    else:
        with pytest.raises(Problem) as refused:
            expected.check(thing)
        assert refused.value.code == "shared.precondition_failed"
