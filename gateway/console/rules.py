"""The page as text: plain HTML in two languages, everything that is not ours escaped."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from shared.values.figures import missed_by, share, told

STYLE = """
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; margin: 2rem auto; max-width: 62rem; }
table { border-collapse: collapse; width: 100%; margin: 0 0 2rem; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .6rem; text-align: left; vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.no { color: #a00; } .yes { color: #060; } .none { color: #666; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# What Swagger UI needs and nothing else: its own files, our documents and doors, pictures within its stylesheet.
DOORS_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
DOORS = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Shenchi 神池</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/docs/swagger-ui.css"></head><body><div id="doors"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
"""
# `validatorUrl`: else it would show a stranger's badge.
START = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#doors", deepLinking: true, docExpansion: "none", validatorUrl: null,
});
"""
NOT_PLAYED = "The year has not been played yet. <span lang=zh>今年的工作尚未演算。</span>"
LINKS = (
    ("/docs", "Every door", "全部接口"),
    ("/openapi.json", "Whole API", "接口总文档"),
    ("/gateway/openapi.json", "Gateway API", "网关接口"),
    ("/registry/openapi.json", "Registry API", "建档立卡接口"),
    ("/finance/openapi.json", "Finance API", "金融扶贫接口"),
    ("/relocation/openapi.json", "Relocation API", "易地搬迁接口"),
    ("/industry/openapi.json", "Industry API", "产业扶贫接口"),
    ("/assessment/openapi.json", "Assessment API", "考核帮扶接口"),
    ("/.well-known/jwks.json", "Token keys", "令牌公钥"),
)


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    en: str
    zh: str


TARGETS = (
    Column("title_en", "Target", "目标"),
    Column("title_zh", "", ""),
    Column("planned", "Planned", "计划"),
    Column("actual", "Actual", "实际"),
    Column("met", "Met", "完成"),
    Column("missed", "Missed by", "差额"),
)
QUALITY = (
    Column("code", "Quality", "质量"),
    Column("value", "Value", "数值"),
    Column("low", "Low", "下限"),
    Column("high", "High", "上限"),
)
INVARIANTS = (
    Column("code", "Invariant", "不变式"),
    Column("holds", "Holds", "成立"),
    Column("detail", "Detail", "说明"),
)


FIGURES = ("planned", "actual", "missed", "value", "low", "high")


def _target(row: dict[str, Any]) -> dict[str, Any]:
    """Its figures as people say them, and by how much it is missed."""
    unit = str(row.get("unit"))
    figures = {n: row[n] for n in ("planned", "actual") if isinstance(row.get(n), int)}
    missed = row.get("met") is False and len(figures) == 2 and figures["planned"] > 0
    return (
        row
        | {n: told(v, unit) for n, v in figures.items()}
        | {"missed": missed_by(**figures, unit=unit) if missed else None}
    )


def _quality(row: dict[str, Any]) -> dict[str, Any]:
    """Shares in percent; what ends with `_auc` is a chance to rank two rightly, and none."""
    shares = () if str(row.get("code")).endswith("_auc") else ("value", "low", "high")
    return row | {n: share(row[n]) for n in shares if isinstance(row.get(n), int | float)}


def _cell(key: str, value: Any) -> str:
    if key in ("met", "holds") and isinstance(value, bool):
        return '<td class="yes">yes 是</td>' if value else '<td class="no">no 否</td>'
    if value is None:
        return '<td class="none">not built 未建</td>' if key == "actual" else '<td class="none">–</td>'
    if isinstance(value, int) and not isinstance(value, bool):
        return f'<td class="n">{value:,}</td>'
    if isinstance(value, float):
        return f'<td class="n">{value:,.4g}</td>'
    if key in FIGURES:
        return f'<td class="n">{escape(str(value))}</td>'
    return f"<td>{escape(str(value))}</td>"


def _as_it_is(row: dict[str, Any]) -> dict[str, Any]:
    return row


def _table(columns: tuple[Column, ...], rows: Any, said: Callable[[dict[str, Any]], dict[str, Any]] = _as_it_is) -> str:
    entries = [said(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if not entries:
        return ""
    head = "".join(f"<th>{column.en} <span lang=zh>{column.zh}</span></th>" for column in columns)
    body = "\n".join(
        f"<tr>{''.join(_cell(column.key, row.get(column.key)) for column in columns)}</tr>" for row in entries
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"


def page(business_date: date, year: dict[str, Any] | None) -> str:
    """The whole page. `year` is the document that playing the year leaves, or None."""
    links = " · ".join(f'<a href="{path}">{en} <span lang=zh>{zh}</span></a>' for path, en, zh in LINKS)
    if year is None:
        body = f"<p>{NOT_PLAYED}</p>"
    else:
        seconds = escape(str(year.get("seconds", "–")))
        body = (
            f"<p>Played in {seconds} s. <span lang=zh>用时 {seconds} 秒。</span></p>"
            f"{_table(TARGETS, year.get('targets'), _target)}{_table(QUALITY, year.get('quality'), _quality)}"
            f"{_table(INVARIANTS, year.get('invariants'))}"
        )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Shenchi 神池</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
        f"<h1>Shenchi <span lang=zh>神池</span></h1>"
        f"<p>Business date <span lang=zh>业务日期</span>: {business_date.isoformat()}</p>{body}<p>{links}</p>"
        "</body></html>\n"
    )
