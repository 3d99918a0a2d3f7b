"""The doors to what parties signed on paper."""

from typing import Annotated

from fastapi import APIRouter

from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.acts.papers import RECORDERS, NewPaper, PaperShown, State, confirm_papers, list_papers, record_papers
from shared.doors.http import CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act
from shared.serve.service import Service

READERS = by("county", "township", "village", "team", "auditor")
Recorder = Annotated[Act, by(*RECORDERS)]


def router(service: Service) -> APIRouter:
    """For services with a step that is a party's own."""
    doors = APIRouter(prefix="/papers", tags=["papers"])

    @doors.post("")
    async def record(body: Batch[NewPaper], connection: Transaction, act: Recorder) -> Results:
        """Sheets that parties signed, recorded by who neither helps them nor decides."""
        return body.answered(await record_papers(connection, act, service.name, service.parties, body.sound))

    @doors.post("/confirmations")
    async def confirm(
        body: Batch[Confirmation], connection: Transaction, policy: CurrentPolicy, act: Recorder
    ) -> Results:
        """By another person, who has the sheet before him: it counts as the party's own act."""
        return body.answered(await confirm_papers(connection, act, policy, service.name, service.parties, body.sound))

    @doors.get("", dependencies=[READERS])
    async def show_papers(
        connection: Paging, at: Cursor, household_id: HouseholdAsked, state: State | None = None
    ) -> Page[PaperShown]:
        """Sheets of the caller's area, by id."""
        return page(PaperShown, await list_papers(connection, at, state=state, household_id=household_id), at)

    return doors
