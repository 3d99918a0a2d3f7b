"""The rows of grievances; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.grievances.rules import About, Channel, Handed, Matter, Office, State
from shared.data.relations import table


class GrievanceCase(NamedTuple):
    """`person`: the complainant's reference, where one is known; `with_office`: who answers, or answered last;
    `late_on`: since when it is known to be late where nobody is higher.
    """

    id: UUID
    household_id: UUID | None
    division: str
    matter: Matter
    channel: Channel
    person: str | None
    about_office: About | None
    about_subject: str | None
    text_sealed: bytes
    state: State
    with_office: Office
    answer_by_on: date
    filed_on: date
    recorded_by: str
    township_answer_sealed: bytes | None
    township_answered_on: date | None
    township_answered_by: str | None
    county_answer_sealed: bytes | None
    county_answered_on: date | None
    county_answered_by: str | None
    auditor_answer_sealed: bytes | None
    auditor_answered_on: date | None
    auditor_answered_by: str | None
    upheld: bool | None
    handed: Handed | None
    handed_on: date | None
    handed_by: str | None
    settled_on: date | None
    settled_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None
    late_on: date | None


grievance = table("grievance", GrievanceCase)
