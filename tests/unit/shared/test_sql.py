"""Statements say what they mean at import: types by name, rows by type, one page for each set of filters."""

from typing import Literal, NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import Text

from shared.data.names import type_named
from shared.data.pages import page
from shared.data.relations import Big, table
from shared.data.sql import insert_many, sql, update_many


class Sheep(NamedTuple):
    id: UUID
    division: str
    state: Literal["grazing", "sold"]
    price_fen: Big
    sold_by: str | None
    version: Big


sheep = table("sheep", Sheep)


def test_a_row_names_the_columns() -> None:
    assert sheep.columns_of("s").startswith('s."id", s."division"')
    assert {n: c.nullable for n, c in sheep.shape.items() if c.nullable} == {"sold_by": True}
    assert sheep.shape["state"].words == ("grazing", "sold")


def test_a_parameter_s_name_says_its_type() -> None:
    query = sql("SELECT :loan_id, :ids, :ends_on, :amount_fen")
    assert query.text == "SELECT $1::UUID, $2::UUID[], $3::DATE, $4::BIGINT"
    assert type_named("household_ids") is not None


def test_an_unknown_name_and_an_unused_type_fail_at_import() -> None:
    with pytest.raises(LookupError, match="frobnicate"):
        sql("SELECT :frobnicate")
    with pytest.raises(TypeError, match="other"):
        sql("SELECT 1", other=Text)


def test_an_update_keeps_what_is_not_said_and_raises_the_version() -> None:
    query = update_many(sheep, "state", keep=("price_fen",), common={"sold_by": "by"})
    assert query.names == ("by", "id", "state", "price_fen")
    assert '"price_fen" = coalesce(u."price_fen", t."price_fen")' in query.text
    assert "version = t.version + 1" in query.text


def test_an_insert_takes_one_list_a_column() -> None:
    assert insert_many(sheep, ("id", "state")).text.startswith(
        'INSERT INTO sheep ("id", "state") SELECT * FROM unnest($1::UUID[], $2::TEXT[])'
    )


def test_a_page_asks_only_for_what_is_asked() -> None:
    pages = page(sheep, "state", "division")
    plain, both = pages.statement(frozenset()), pages.statement(frozenset({"state", "division"}))
    assert plain.names == ("after", "limit")
    assert set(both.names) == {"after", "limit", "state", "division"}
    assert "IS NULL" not in plain.text + both.text
    assert pages.statement(frozenset()) is plain
