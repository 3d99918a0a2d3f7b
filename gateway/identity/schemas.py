"""Bodies of the identity doors."""

from pydantic import BaseModel


class Identity(BaseModel):
    """Whom the token names. `area` is a GB/T 2260 prefix, `person` the register's reference; empty means none."""

    subject: str
    role: str
    area: str
    bank: str
    unit: str
    person: str
