"""The doors to what documents change of a service's policy."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.policy_changes import (
    CODE,
    ISSUER,
    TITLE,
    NewChange,
    confirm_changes,
    get_change,
    list_changes,
    propose_changes,
)
from shared.acts.policy_in_force import PolicyChange, PolicyEntry, State, follow, shown_trial
from shared.acts.reasons import Ending
from shared.data import db
from shared.doors.http import Paging, Reading, Transaction, by, current_act
from shared.ground.context import Act
from shared.ground.problems import Problem
from shared.ground.sentences import catalogue, number_sentence
from shared.serve.service import Service
from shared.values.figures import Language

log = structlog.get_logger()
County = Annotated[Act, by("county")]
EVERYBODY = Depends(current_act)


class ChangeShown(Ending):
    """What a document changes, and how far it has come. `policy_version` is what it made of the policy when it was
    confirmed.
    """

    id: UUID
    document_no: str
    issuer: str = Field(description=ISSUER)
    title: str = Field(description=TITLE)
    issued_on: date
    scan_sha256: str
    effective_from: date = Field(description="The first day on which any of its entries is in force.")
    state: State
    proposed_on: date
    proposed_by: str
    confirmed_on: date | None
    confirmed_by: str | None
    sequence: int | None = Field(description="Which one of the confirmed changes it is, from 1; null before.")
    policy_version: str | None = Field(description="The version of the policy that it made; null before.")


class EntryShown(BaseModel):
    """A figure as the document says it, in force until before `effective_to`, null while nothing follows it. The
    sentences are null of a figure that the service no longer has.
    """

    code: str = Field(description=CODE)
    value: Any
    effective_from: date
    effective_to: date | None
    sentence_en: str | None
    sentence_zh: str | None


class TrialShown(BaseModel):
    """Of a rule's latest decisions so many were taken again, and so many of them would have come out otherwise."""

    rule: str
    decided: int = Field(description="How many stored decisions were taken again.")
    different: int = Field(description="How many of them would have come out otherwise.")


class ChangeToldShown(ChangeShown):
    """`trial` is what it would have turned when it was proposed, `trial_confirmed` when it was confirmed: of stored
    decisions from its first day on, by each rule that is given one of its figures.
    """

    entries: list[EntryShown] = Field(description="What it says of each figure, by code and day.")
    trial: list[TrialShown] = Field(description="What it would have turned, by rule, when it was proposed.")
    trial_confirmed: list[TrialShown] | None = Field(description="The same when it was confirmed; null before.")


def _of_county(request: Request, act: Act) -> None:
    """Another county's clerk changes nothing of this one's policy."""
    if act.caller.area != request.app.state.settings.county:
        raise Problem("shared.outside_area")


async def _followed(request: Request) -> AsyncIterator[None]:
    """Once what the door did is committed, this process goes by it."""
    yield
    try:
        await follow(request.app)
    except db.TRANSIENT as error:
        # It stands; whoever watches the table sees it a moment later.
        log.warning("policy_unread", error=type(error).__name__)


def router(service: Service) -> APIRouter:
    """For every service: what it changes by is read by everybody."""
    doors = APIRouter(prefix="/policy-changes", tags=["policy"])

    @doors.post("")
    async def propose(request: Request, body: Batch[NewChange], connection: Transaction, act: County) -> Results:
        """What documents say of this service's figures, with what it would turn of what was decided. Another person
        confirms it.
        """
        _of_county(request, act)
        of = service.founded(request.app.state.founding)
        return body.answered(await propose_changes(connection, act, of, body.sound))

    # Entered before the transaction, so that it ends after it.
    @doors.post("/confirmations", dependencies=[Depends(_followed, scope="function")])
    async def confirm(request: Request, body: Batch[Confirmation], connection: Transaction, act: County) -> Results:
        """By another person, who has the document before him: it is in force, or rejected."""
        _of_county(request, act)
        of = service.founded(request.app.state.founding)
        return body.answered(await confirm_changes(connection, act, of, body.sound))

    @doors.get("", dependencies=[EVERYBODY])
    async def show_changes(
        connection: Paging,
        at: Cursor,
        state: State | None = None,
        code: Annotated[str | None, Query(pattern=r"^[a-z][a-z0-9_]{1,59}$")] = None,
    ) -> Page[ChangeShown]:
        """What documents changed, by id. What is not confirmed is shown to the county and its auditors alone."""
        return page(ChangeShown, await list_changes(connection, at, state=state, code=code), at)

    @doors.get("/{change_id}", dependencies=[EVERYBODY])
    async def show_change(change_id: UUID, connection: Reading) -> ChangeToldShown:
        """One of them with its entries, as people say them, and what it would have turned."""
        return _told(service.name, *await get_change(connection, change_id))

    return doors


def _told(service: str, row: PolicyChange, entries: list[PolicyEntry]) -> ChangeToldShown:
    shown = [
        EntryShown(**entry._asdict(), sentence_en=_said(service, entry, "en"), sentence_zh=_said(service, entry, "zh"))
        for entry in entries
    ]
    trials = {
        "trial": shown_trial(row.trial),
        "trial_confirmed": shown_trial(row.trial_confirmed) if row.trial_confirmed is not None else None,
    }
    return ChangeToldShown.model_validate(row._asdict() | {"entries": shown} | trials)


def _said(service: str, entry: PolicyEntry, language: Language) -> str | None:
    """Of a figure that a later founding set dropped nothing is said."""
    known = f"{service}.policy.{entry.code}" in catalogue()
    return number_sentence(service, entry.code, entry.value, language) if known else None
