"""Bodies of the stations' doors."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.industry.stations.rules import ExchangeState, Kind, Leg
from shared.acts.bodies import Input
from shared.acts.reasons import Telling
from shared.values.inputs import Day, Name

Amount = Annotated[int, Field(gt=0, le=10**13, strict=True)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
Status = Literal["accepted", "refused"]


class Station(Input):
    """`plan_year`: the year of the national batch it was built under; without one, the year of its connection."""

    id: UUID
    name_zh: Name = Field(min_length=1, max_length=60)
    kind: Kind
    division: str = Field(pattern=r"^([0-9]{9}|[0-9]{12})$")
    capacity_w: int = Field(gt=0, le=10**9, strict=True)
    connected_on: Day
    owner_code: Code
    plan_year: int | None = Field(default=None, ge=2013, le=2030)


class Listing(Input):
    """The station stands in the national catalogue since this day."""

    station_id: UUID
    listed_on: Day


class MeterReading(Input):
    """The meter's total, never what was added."""

    id: UUID
    station_id: UUID
    read_on: Day
    total_kwh: int = Field(ge=0, le=10**12, strict=True)


class MeterExchange(Input):
    """On that day a meter was taken out, which showed `last_kwh`, and one put in that shows `first_kwh`."""

    id: UUID
    station_id: UUID
    exchanged_on: Day
    last_kwh: int = Field(ge=0, le=10**12, strict=True)
    first_kwh: int = Field(ge=0, le=10**12, strict=True)


class SettlementOrder(Input):
    id: UUID
    quarter_end_on: Day


class Receipt(Input):
    id: UUID
    station_id: UUID
    leg: Leg
    amount_fen: Amount
    received_on: Day


class FaultCheck(Input):
    """`month_on`: the first of the month."""

    month_on: Day


class Settled(Telling):
    """A station's quarter: what was metered and what it earns; refused ones say why."""

    station_id: UUID
    status: Status
    code: str | None = None
    kwh: int = 0
    coal_fen: int = 0
    subsidy_fen: int = 0


class SettlementResults(BaseModel):
    id: UUID
    quarter_end_on: date
    results: list[Settled]


class FaultsFound(BaseModel):
    month_on: date
    compared: int
    found: int


class StationShown(BaseModel):
    """`due` is what was booked receivable, of each leg; `planned_fen` stands in plans that were not refused."""

    id: UUID
    name_zh: str
    kind: Kind
    division: str
    capacity_w: int
    connected_on: date
    plan_year: int
    owner_code: str
    listed_on: date | None
    coal_due_fen: int
    coal_received_fen: int
    subsidy_due_fen: int
    subsidy_received_fen: int
    planned_fen: int


class ExchangeShown(MeterExchange):
    """As it was told; `corrected_last_kwh` and `corrected_first_kwh` stand where that was wrong."""

    state: ExchangeState
    told_on: Day
    told_by: str
    confirmed_on: Day | None
    confirmed_by: str | None
    since_on: Day
    due_on: Day | None
    corrected_last_kwh: int | None
    corrected_first_kwh: int | None


class FindingShown(BaseModel):
    id: UUID
    station_id: UUID
    month_on: date
    metered_kwh: int
    expected_kwh: int
    found_on: date


class KindTotals(BaseModel):
    """`distributed_fen` and `households` are those of filed plans."""

    kind: Kind
    stations: int
    capacity_w: int
    metered_kwh: int
    coal_receivable_fen: int
    coal_received_fen: int
    subsidy_receivable_fen: int
    subsidy_received_fen: int
    distributed_fen: int
    households: int


class StationTotals(BaseModel):
    items: list[KindTotals]
