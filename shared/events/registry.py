"""What the registry states: about households (key: household), villages and townships (key: division)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.envelope import Payload
from shared.events.policy import PolicyStated


class _OfHousehold(Payload):
    TOPIC: ClassVar[str] = "registry.household"
    KEY: ClassVar[str] = "household_id"

    household_id: UUID
    division: str


class _WholeHousehold(_OfHousehold):
    """All that other services keep of a household. Flags are derived and harmless.

    `household_no` is the number that people know it by: draws and queues go by it, as ids are random. Each of `people`
    may borrow from a day and until a day, on which he is too old: in their order. As they say how old somebody is,
    nobody keeps them who does not lend.
    """

    status: str
    members: int
    has_labour: bool
    borrower_age_ok: bool
    needs_accessible: bool
    deep_poverty: bool
    relocated: bool
    household_no: str | None = None
    people: list[str] | None = None  # the register's references to its members; not there in what was stated before
    borrower_from: list[date] | None = None
    borrower_until: list[date] | None = None


class HouseholdRegistered(_WholeHousehold):
    """A household entered the register."""

    TYPE: ClassVar[str] = "registry.household_registered.v1"


class HouseholdRevised(_WholeHousehold):
    """Its members, division or flags changed; the whole projection again."""

    TYPE: ClassVar[str] = "registry.household_revised.v1"


class HouseholdReclassified(_OfHousehold):
    """Its class is another one since a day, as a department attested or the county counted: whether it is in deep
    poverty, and whether the state supports it (a minimum allowance, the five guarantees). Its new whole goes before it.
    """

    TYPE: ClassVar[str] = "registry.household_reclassified.v1"

    deep_poverty: bool
    supported: bool
    since_on: date


class PeopleStated(_OfHousehold):
    """Who lives in a household that was registered before references were told: the register's, to each member."""

    TYPE: ClassVar[str] = "registry.people_stated.v1"

    people: list[str]


class MemberRemoved(_OfHousehold):
    """Somebody left the household: death, marriage_out, registration_out, prison, not_sharing. The household's new
    whole goes before it; `members` are left.
    """

    TYPE: ClassVar[str] = "registry.member_removed.v1"

    reason: str
    head: bool
    members: int
    removed_on: date
    person: str | None = None  # the register's reference


class MemberAdded(_OfHousehold):
    """Somebody joined the household: birth, marriage_in, registration_in, release, sharing. The household's new whole
    goes before it; `members` are there now.
    """

    TYPE: ClassVar[str] = "registry.member_added.v1"

    reason: str
    members: int
    joined_on: date
    person: str  # the register's reference, the same in whatever household he belonged to before


class IncomeAssessed(_OfHousehold):
    """The statements of an income year (1 October to 30 September) were recorded; the net sum of all members."""

    TYPE: ClassVar[str] = "registry.income_assessed.v1"

    income_year: int
    net_income_fen: int


class SuspicionRaised(_OfHousehold):
    """Something speaks against a household: nothing new is given to it until people have looked. What it is, the
    register does not tell.
    """

    TYPE: ClassVar[str] = "registry.suspicion_raised.v1"

    suspicion_id: UUID
    raised_on: date


class SuspicionResolved(_OfHousehold):
    """People have looked. `upheld`: it is so; `holds`: the household is to be struck, and is held up until it is."""

    TYPE: ClassVar[str] = "registry.suspicion_resolved.v1"

    suspicion_id: UUID
    upheld: bool
    holds: bool
    resolved_on: date


class SuspicionLapsed(_OfHousehold):
    """Nobody looked in time: the household is held up no longer, though the suspicion stays open. Where it is upheld
    later, `SuspicionResolved` holds it again.
    """

    TYPE: ClassVar[str] = "registry.suspicion_lapsed.v1"

    suspicion_id: UUID
    lapsed_on: date


class NoticePosted(_OfHousehold):
    """The household's exit is on public notice in its village until `ends_on`."""

    TYPE: ClassVar[str] = "registry.notice_posted.v1"

    exit_id: UUID
    posted_on: date
    ends_on: date


class NoticeObjected(_OfHousehold):
    """Somebody objected to the exit; the notice stands still until this is resolved."""

    TYPE: ClassVar[str] = "registry.notice_objected.v1"

    exit_id: UUID
    objected_on: date


class HouseholdExited(_OfHousehold):
    """The exit was announced: the household is no longer counted as poor; its policies stay."""

    TYPE: ClassVar[str] = "registry.household_exited.v1"

    exit_id: UUID
    members: int
    exited_on: date
    decision_id: UUID


class HouseholdReturned(_OfHousehold):
    """An exited household is counted as poor again, from this day on: its exit stands, a new episode begins. Why is
    the register's own: causes tell of health. `exit_id` is not there where it was out already when it was registered.
    """

    TYPE: ClassVar[str] = "registry.household_returned.v1"

    exit_id: UUID | None = None
    members: int
    returned_on: date
    decision_id: UUID


class ExitRevoked(_OfHousehold):
    """An announced exit was found wrong: the household is what it was before, as if it had not exited. `status` is
    that (poor or returned), `reason` how it was found (cross_check, appeal, audit, fraud). `touched_id`: the case that
    asks each service what it gave.
    """

    TYPE: ClassVar[str] = "registry.exit_revoked.v1"

    exit_id: UUID
    status: str
    members: int
    reason: str
    revoked_on: date
    decision_id: UUID
    touched_id: UUID | None = None


class ExitCorrected(_OfHousehold):
    """What was announced of an exit was wrong; the exit stands. The public fields whole, as they are right: `division`
    is the village that the exit counts for. `corrected` names those that changed.
    """

    TYPE: ClassVar[str] = "registry.exit_corrected.v1"

    exit_id: UUID
    members: int
    exited_on: date
    corrected: list[str]
    corrected_on: date
    decision_id: UUID


class HouseholdRemoved(_OfHousehold):
    """Struck from the register, with a reason code: an exclusion match (EX1 to EX10), deceased, why its last member
    left, or merged: its people belong to another household, which says so of itself. `touched_id`: of an exclusion
    match, the case that asks each service what it gave.
    """

    TYPE: ClassVar[str] = "registry.household_removed.v1"

    reason: str
    removed_on: date
    touched_id: UUID | None = None


class DepartureAmended(_OfHousehold):
    """A departure that was told was wrong. `reason` and `removed_on` name it as `MemberRemoved` did; `right_on` is the
    day on which somebody left indeed; not there, nobody left. The household's new whole goes before it.
    """

    TYPE: ClassVar[str] = "registry.departure_amended.v1"

    reason: str
    removed_on: date
    right_on: date | None = None
    members: int
    amended_on: date
    person: str | None = None  # the register's reference


class HouseholdReinstated(_OfHousehold):
    """It was struck by mistake, and stands as before: `status`. Its new whole goes before it. `touched_id`: the case
    that asks each service what it gave.
    """

    TYPE: ClassVar[str] = "registry.household_reinstated.v1"

    status: str
    members: int
    reinstated_on: date
    touched_id: UUID | None = None


class _OfPlace(Payload):
    """`division` is a village (12 figures) or a township (9)."""

    TOPIC: ClassVar[str] = "registry.village"
    KEY: ClassVar[str] = "division"

    division: str


class VillageExited(_OfPlace):
    """A village left the list of poor villages."""

    TYPE: ClassVar[str] = "registry.village_exited.v1"

    exited_on: date
    poor_people: int
    rural_people: int
    decision_id: UUID


class PolicyChanged(PolicyStated):
    """Two persons confirmed what a document says of registry's figures: it is in force from here on."""

    TYPE: ClassVar[str] = "registry.policy_changed.v1"
    TOPIC: ClassVar[str] = "registry.policy"


class TownshipExited(_OfPlace):
    """A whole township is out of poverty: all its poor villages are, and of its people few enough are poor."""

    TYPE: ClassVar[str] = "registry.township_exited.v1"

    exited_on: date
    poor_people: int
    rural_people: int
    decision_id: UUID


class _ExitOfPlaceRevoked(_OfPlace):
    """`reason` is how it was found (cross_check, appeal, audit, fraud)."""

    exit_id: UUID
    reason: str
    revoked_on: date


class VillageExitRevoked(_ExitOfPlaceRevoked):
    """A village's announced exit was found wrong: it is on the list of poor villages, as if it had not left it."""

    TYPE: ClassVar[str] = "registry.village_exit_revoked.v1"


class TownshipExitRevoked(_ExitOfPlaceRevoked):
    """A township's announced exit was found wrong: it counts as never made."""

    TYPE: ClassVar[str] = "registry.township_exit_revoked.v1"
