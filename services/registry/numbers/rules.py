"""Which number a household gets: pure rules. A number is its village's code and four figures (domain notes 2.1)."""

from collections.abc import Mapping, Sequence


def next_numbers(divisions: Sequence[str], last: Mapping[str, str]) -> list[str]:
    """A household number in each of the villages: its code and four figures, the next after the `last` that it gave."""
    serials = {division: int(no.removeprefix(division)) for division, no in last.items()}
    numbers = []
    for division in divisions:
        serials[division] = serials.get(division, 0) + 1
        numbers.append(f"{division}{serials[division]:04}")
    return numbers
