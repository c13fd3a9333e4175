"""Every setting, read once from the environment (prefix `INDUSTRIVERSE_`)."""

import os
from ipaddress import ip_address
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from industriverse.kernel.errors import ContractError

_PLACEHOLDERS = {"changeme", "change-me", "secret", "password", "token", "admin", "test"}
_SHORTEST_TOKEN = 24


def _default_folder() -> Path:
    """Return the user's data folder by the XDG convention."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "industriverse"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Settings(BaseSettings):
    """What a running platform is told from outside.

    The defaults need nothing: one process, one folder, loopback only.
    """

    model_config = SettingsConfigDict(env_prefix="INDUSTRIVERSE_", frozen=True, extra="ignore")

    folder: Path = Field(default_factory=_default_folder, description="Where everything is kept.")
    database_url: str = Field("", description="SQLAlchemy URL; empty for SQLite in the folder.")
    graph_url: str = Field(
        "", description="Bolt URL of a graph server; empty for the embedded graph in the folder."
    )
    graph_user: str = Field("", description="Who signs in at the graph server.")
    graph_password: SecretStr | None = Field(None, description="With what; no default.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    api_token: SecretStr | None = Field(
        None, description="Bearer token; needed before the API may listen beyond loopback."
    )
    watts_per_core: float | None = Field(
        None,
        gt=0,
        le=500,
        description="Power of one busy core; empty to measure it, or to model it by the processor.",
    )
    wallet_grant_ceu: int = Field(
        1_000_000, ge=0, description="CEU that the local wallet gets once, at the first start."
    )
    upload_limit_mb: int = Field(256, ge=1, description="Largest uploaded file.")
    field_memory_mb: int = Field(512, ge=16, description="Memory for the frames of one field.")
    workers: int = Field(2, ge=1, le=64, description="Predictions computed at the same time.")
    grow_atlas: bool = Field(True, description="Whether the demo builds the atlas beside its work.")

    @model_validator(mode="after")
    def _check_token(self) -> "Settings":
        token = self.api_token.get_secret_value() if self.api_token else ""
        if token and (token.lower() in _PLACEHOLDERS or len(token) < _SHORTEST_TOKEN):
            raise ValueError(
                f"INDUSTRIVERSE_API_TOKEN is a placeholder or shorter than {_SHORTEST_TOKEN} "
                "characters; make one with: python3 -c 'import secrets; "
                "print(secrets.token_urlsafe(32))'"
            )
        if not token and not _is_loopback(self.host):
            raise ValueError(
                f"INDUSTRIVERSE_HOST is {self.host}, beyond loopback, and no "
                "INDUSTRIVERSE_API_TOKEN is set; set one, or listen on 127.0.0.1."
            )
        return self

    @model_validator(mode="after")
    def _check_graph(self) -> "Settings":
        password = self.graph_password.get_secret_value() if self.graph_password else ""
        if self.graph_url and not (self.graph_user and password):
            raise ValueError(
                "INDUSTRIVERSE_GRAPH_URL is set; set INDUSTRIVERSE_GRAPH_USER and "
                "INDUSTRIVERSE_GRAPH_PASSWORD too, or none of them for the embedded graph."
            )
        if self.graph_url and password.lower() in _PLACEHOLDERS | {"neo4j"}:
            raise ValueError(
                "INDUSTRIVERSE_GRAPH_PASSWORD is a placeholder; give the server another, and here "
                "the same."
            )
        return self

    @property
    def sql_url(self) -> str:
        """The database's URL."""
        return self.database_url or f"sqlite:///{self.folder / 'industriverse.db'}"


def load_settings(**overrides: str | int | Path) -> Settings:
    """Read the settings, with overrides from the command line.

    Raises:
        ContractError: A value is out of its range or a secret is a placeholder.
    """
    try:
        return Settings(**overrides)  # pyright: ignore[reportArgumentType]
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = "_".join(str(part) for part in problem["loc"]).upper()
        where = f"INDUSTRIVERSE_{name}: " if name else ""
        text = str(problem["msg"]).removeprefix("Value error, ")
        raise ContractError(f"{where}{text}", hint="See `industriverse doctor`.") from error
