"""Bodies of the identity doors."""

from pydantic import BaseModel, ConfigDict


class Identity(BaseModel):
    """Whom the token names. `area` is a GB/T 2260 prefix, `person` the register's reference; empty means none."""

    subject: str
    role: str
    area: str
    bank: str
    unit: str
    person: str


class Key(BaseModel):
    """A public key (RFC 7517); what else belongs to its kind stands beside these fields."""

    model_config = ConfigDict(extra="allow")

    kty: str
    kid: str


class KeySet(BaseModel):
    keys: list[Key]
