"""Bodies of the clock's doors."""

from shared.acts.bodies import Input
from shared.values.inputs import Day


class Clock(Input):
    """The date that business is done on, Asia/Shanghai."""

    business_date: Day
