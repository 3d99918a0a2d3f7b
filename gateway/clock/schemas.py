"""Bodies of the clock's doors."""

from datetime import date

from shared.acts.bodies import Input


class Clock(Input):
    """The date that business is done on, Asia/Shanghai."""

    business_date: date
