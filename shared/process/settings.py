"""A process's settings, from environment variables with the prefix SHENCHI_."""

from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """URLs are PostgreSQL DSNs; files are paths; `clock` is `wall` or, for a played year, `scenario`.

    `upstreams` maps a service's name to its address; `limits_factor` multiplies callers' rates (0: the profile's).
    `county` is the division whose clerks set the clock.
    `ops_port` is where the gateway answers `/metrics` and `/status`, which its public port does not (0: nowhere).
    `connections_per_address` bounds what one address may open at the gateway (0: no bound);
    `trusted_proxies` are networks (CIDR) whose `X-Forwarded-For` says whose a request is, where strangers are counted.
    `kafka_*` say how to reach a broker where `bus` is `kafka`; files are PEM. `kafka_prefix` stands before the name of
    every topic and group, for counties that share a cluster; `instance` is a worker's lasting name among those
    of its service.
    `jwks_url` is where the issuer publishes its keys; empty: they stand in `jwks_file`.
    `cors_origins` are the origins whose pages may call the doors from a browser; none is the usual.
    `internal_subscribers` maps a subject to the one internal network (CIDR) where its webhooks may be sent.
    """

    model_config = SettingsConfigDict(env_prefix="SHENCHI_", extra="ignore")

    database_url: str = ""
    owner_url: str = ""
    bus: Literal["postgres", "kafka"] = "postgres"
    bus_url: str = ""
    kafka_servers: str = ""
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "SASL_SSL"
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_user: str = ""
    kafka_password: SecretStr = SecretStr("")
    kafka_ca_file: Path | None = None
    kafka_cert_file: Path | None = None
    kafka_cert_key_file: Path | None = None
    kafka_prefix: str = ""
    kafka_replication: int = 3
    instance: str = "1"
    host: str = "127.0.0.1"
    port: int = 0
    ops_port: int = 0
    pool_size: int = 8
    profile: Literal["dev", "county"] = "county"
    clock: Literal["wall", "scenario"] = "wall"
    issuer: str = "https://issuer.shenchi.example"
    audience: str = "shenchi"
    jwks_file: Path = Path("jwks.json")
    jwks_url: str = ""
    data_key_file: Path = Path("data-keys.json")
    upstreams: dict[str, str] = {}
    limits_factor: int = 0
    county: str = "140927"
    connections_per_address: int = 512
    trusted_proxies: list[str] = []
    cors_origins: list[str] = []
    state_dir: Path = Path(".local")
    internal_subscribers: dict[str, str] = {}
    log_level: str = "INFO"
