"""The front page."""

import json
import re
from pathlib import Path

import pytest

from services import NAMES
from tests.conftest import House

YEAR = {
    "targets": [
        {"code": "exit_people", "title_en": "People <script>alert(1)</script>", "title_zh": "脱贫人口",
         "unit": "people", "planned": 5200, "actual": 5311, "met": True},
        {"code": "herd_head", "title_en": "Herd", "title_zh": "牲畜", "unit": "head", "planned": 300, "actual": None,
         "met": None},
        {"code": "loans_issued_yuan", "title_en": "Loans", "title_zh": "贷款", "unit": "yuan", "planned": 50_000_000,
         "actual": 48_735_000, "met": False},
        {"code": "exit_townships", "title_en": "Townships", "title_zh": "整乡", "unit": "townships", "planned": 3,
         "actual": 0, "met": False},
        {"code": "satisfaction", "title_en": "Satisfaction", "title_zh": "满意度", "unit": "ppm", "planned": None,
         "actual": 927_434, "met": None},
    ],
    "quality": [{"code": "wrong_exit_rate", "value": 0.0123, "low": 0, "high": 0.02},
                {"code": "absent_helpers_auc", "value": 0.9876, "low": 0.9, "high": 1.0}],
    "invariants": [{"code": "ledger_balances", "holds": False, "detail": 'a<b & "c"'}],
    "seconds": 171.5, "peak_pss_mb": 900, "requests": 31000,
}  # fmt: skip


async def test_the_page_shows_the_figures_and_escapes_the_rest(house: House, tmp_path: Path) -> None:
    (tmp_path / "year.json").write_text(json.dumps(YEAR, ensure_ascii=False), encoding="utf-8")
    door = await house.serve("gateway", "api", state_dir=tmp_path)
    await door.call("PUT", "/clock", "county", json={"business_date": "2017-12-31"})
    got = await door.client.get("/")
    assert got.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in got.headers["content-security-policy"]
    assert "2017-12-31" in got.text
    for piece in (
        "5,311",
        "脱贫人口",
        "not built 未建",
        "no 否",
        "1.23 %",
        "0.9876",
        "5,000 万元",
        "126.5 万元 (2.5 %)",
        "92.7 %",
        "3 (100 %)",
        "171.5",
        "&lt;script&gt;",
        "a&lt;b &amp; ",
    ):
        assert piece in got.text, piece
    assert "<script" not in got.text
    assert "http://" not in got.text
    assert "https://" not in got.text


async def test_a_year_not_played_or_half_written_is_one_sentence(house: House, tmp_path: Path) -> None:
    door = await house.serve("gateway", "api", state_dir=tmp_path)
    for content in (None, '{"targets": [', "[]"):
        if content:
            (tmp_path / "year.json").write_text(content)
        got = await door.client.get("/")
        assert got.status_code == 200
        assert "has not been played yet" in got.text
        assert "<table" not in got.text


async def test_the_doors_can_be_read_and_tried_with_nothing_from_another_host(house: House) -> None:
    door = await house.serve("gateway", "api")
    page = await door.client.get("/docs")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    parts = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert parts == ["/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js"]
    for part, kind in zip(parts, ("text/css", "text/javascript", "text/javascript"), strict=True):
        got = await door.client.get(part)
        assert (got.status_code, got.headers["content-type"].partition(";")[0]) == (200, kind)
        assert got.headers["x-content-type-options"] == "nosniff"
    assert (await door.client.get("/docs/..%2Fcore.py")).status_code == 404
    assert "onclick" not in page.text


@pytest.mark.parametrize("name", [*NAMES])
async def test_a_service_by_itself_shows_no_page(house: House, name: str) -> None:
    service = await house.serve(name, "api")
    assert [(await service.client.get(path)).status_code for path in ("/docs", "/redoc")] == [404, 404]
