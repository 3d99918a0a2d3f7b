"""A process's settings, from environment variables with the prefix SHENCHI_."""

from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """URLs are PostgreSQL DSNs; files are paths; `clock` is `wall` or, for a played year, `scenario`."""

    model_config = SettingsConfigDict(env_prefix="SHENCHI_", extra="ignore")

    database_url: str = ""
    owner_url: str = ""
    bus: Literal["postgres"] = "postgres"
    bus_url: str = ""
    host: str = "127.0.0.1"
    port: int = 0
    pool_size: int = 8
    profile: Literal["dev", "county"] = "county"
    clock: Literal["wall", "scenario"] = "wall"
    issuer: str = "https://issuer.shenchi.example"
    audience: str = "shenchi"
    jwks_file: Path = Path("jwks.json")
    data_key_file: Path = Path("data-keys.json")
    upstreams: dict[str, str] = {}
    log_level: str = "INFO"
