"""The rows of stations, their meters, money and findings; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.industry.stations.rules import ExchangeState, Kind, Leg, Totals
from shared.data.relations import Big, table


class Station(NamedTuple):
    id: UUID
    name_zh: str
    division: str
    kind: Kind
    capacity_w: Big
    connected_on: date
    plan_year: int
    owner_code: str
    listed_on: date | None
    version: Big
    coal_due_fen: Big
    coal_received_fen: Big
    subsidy_due_fen: Big
    subsidy_received_fen: Big
    planned_fen: Big

    def receivable_fen(self, leg: Leg) -> int:
        """What is still to come in for a leg."""
        if leg == "coal":
            return self.coal_due_fen - self.coal_received_fen
        return self.subsidy_due_fen - self.subsidy_received_fen


class StationReading(NamedTuple):
    """`total_kwh` is what was said of the meter, `corrected_kwh` what it showed in truth, where that was another.

    With `before_kwh`, of the meters before it, it is the station's total. It is withdrawn with the exchange it was told
    with.
    """

    id: UUID
    station_id: UUID
    division: str
    read_on: date
    total_kwh: Big
    read_by: str
    before_kwh: Big
    corrected_kwh: Big | None = None
    withdrawn_on: date | None = None

    @property
    def stood_kwh(self) -> int:
        """What stands of it."""
        return self.total_kwh if self.corrected_kwh is None else self.corrected_kwh


class StationExchange(NamedTuple):
    """`corrected_last_kwh` and `corrected_first_kwh` are what the meters showed in truth, where that was another."""

    id: UUID
    station_id: UUID
    division: str
    exchanged_on: date
    last_kwh: Big
    first_kwh: Big
    state: ExchangeState
    told_on: date
    told_by: str
    confirmed_on: date | None
    confirmed_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None
    corrected_last_kwh: Big | None
    corrected_first_kwh: Big | None

    @property
    def stood(self) -> Totals:
        """What stands of it."""
        if self.corrected_last_kwh is None or self.corrected_first_kwh is None:
            return Totals(self.last_kwh, self.first_kwh)
        return Totals(self.corrected_last_kwh, self.corrected_first_kwh)

    def told_with(self, reading: StationReading) -> bool:
        """Whether a reading of its day is what its teller said of the old meter."""
        return (reading.read_by, reading.total_kwh) == (self.told_by, self.last_kwh)


class StationSettlement(NamedTuple):
    id: UUID
    station_id: UUID
    division: str
    quarter_end_on: date
    kwh: Big
    until_kwh: Big
    coal_fen: Big
    subsidy_fen: Big
    made_by: str
    made_on: date


class StationReceipt(NamedTuple):
    """`amount_fen` is what was said, `corrected_fen` what came in in truth, where that was another."""

    id: UUID
    station_id: UUID
    division: str
    leg: Leg
    amount_fen: Big
    received_on: date
    recorded_by: str
    corrected_fen: Big | None = None

    @property
    def stood_fen(self) -> int:
        """What stands of it."""
        return self.amount_fen if self.corrected_fen is None else self.corrected_fen


class StationFinding(NamedTuple):
    id: UUID
    station_id: UUID
    division: str
    month_on: date
    metered_kwh: Big
    expected_kwh: Big
    found_on: date


class StationMonth(NamedTuple):
    """A station's last reading before a month, and the last one within it."""

    id: UUID
    division: str
    kind: Kind
    capacity_w: int
    before_on: date
    before_kwh: int
    last_on: date
    last_kwh: int


class KindSums(NamedTuple):
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


station = table("station", Station)
station_reading = table("station_reading", StationReading)
station_exchange = table("station_exchange", StationExchange)
station_settlement = table("station_settlement", StationSettlement)
station_receipt = table("station_receipt", StationReceipt)
station_finding = table("station_finding", StationFinding)
