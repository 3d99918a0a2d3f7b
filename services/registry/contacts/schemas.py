"""Bodies of the doors to telephones and accounts."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.registry.contacts.rules import State
from shared.acts.bodies import Input
from shared.acts.reasons import Telling
from shared.values.inputs import Day

# As a roster has them.
Phone = Annotated[str, Field(pattern=r"^\+?[0-9-]{7,20}$")]
Account = Annotated[
    str, Field(pattern=r"^[0-9]{12,25}$", description="The bank account that the household is paid to.")
]


class NewPhone(Input):
    """Under which number the household is reached since a day."""

    household_id: UUID
    phone: Phone
    since: Day


class NewAccount(Input):
    """To which account the household is to be paid since a day."""

    id: UUID
    household_id: UUID
    account: Account
    since: Day


class AccountShown(Telling):
    """`account` is masked, and null once the change was rejected."""

    TEXT: ClassVar[str] = "registry.account.{state}"

    id: UUID
    household_id: UUID
    division: str
    account: str | None = Field(description="The last figures of the account that was said.")
    since: date
    state: State
    reported_on: date
    reported_by: str
    decided_on: date | None
    decided_by: str | None
    since_on: date
    due_on: date | None
