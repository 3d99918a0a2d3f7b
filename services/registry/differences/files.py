"""The national list as it comes back: its households as they are compared, and of which fields it says nothing."""

from collections.abc import Mapping, Sequence

from services.registry.differences.rules import unread_of
from services.registry.national.rules import OF_PERSON, Home, Person
from services.registry.roster.files import HEADING, RosterFile
from services.registry.roster.rules import Finding, persons_twice

Villages = Mapping[tuple[str, str], Sequence[str]]
_NAME = {heading: name for name, heading in HEADING.items() if name != "school_dropout"}
ROWS_WITHOUT_NUMBER = ""  # under which household's number they stand


def homes_of(roster: RosterFile, villages: Villages) -> dict[str, Home]:
    """By household number. Of who stands in a row whose number cannot be read nothing is known."""
    homes = {}
    for one in roster.households:
        codes = villages.get((one.values["township"], one.values["village"]), ())
        said = {**one.values, "village": codes[0] if len(codes) == 1 else None}
        people = {
            m.identity: Person(m.identity, None, {name: m.values.get(name) for name in OF_PERSON})
            for m in one.members
            if m.identity
        }
        homes[one.household_no] = Home(one.household_no, said, people)
    return homes


def wrong_in(roster: RosterFile) -> list[Finding]:
    """What cannot be read, and who stands in the list twice."""
    return [*roster.findings, *persons_twice(roster.households)]


def unread_in(findings: Sequence[Finding]) -> dict[str, set[str]]:
    """By household number, the fields of which a list says nothing."""
    names = dict[str, set[str]]()
    for finding in findings:
        if finding.column in _NAME:
            names.setdefault(finding.household_no, set()).add(_NAME[finding.column])
    return {number: unread_of(found) for number, found in names.items()}
