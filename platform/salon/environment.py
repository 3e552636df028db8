"""Every setting Salon reads from the environment, typed, in one place.

Nothing here is required to try Salon. A secret may also come from a file: `NAME_FILE` names it.
"""

import os
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from salon import mail

REPOSITORY = Path(__file__).resolve().parents[2]
SECRET: JsonDict = {"secret": True}
KNOWN_SECRETS = ("changeme", "change-me", "secret", "django-insecure", "insecure", "password", "example")


class Environment(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="SALON_", env_ignore_empty=True, extra="ignore", populate_by_name=True, validate_default=False
    )

    env: Literal["local", "production"] = Field(
        "local", description="`production` refuses debug mode and weak secrets.", examples=["production"]
    )
    debug: bool = Field(False, description="Show tracebacks to whoever asks. Never in production.", examples=["1"])
    host: str = Field("127.0.0.1", description="Address `serve` listens on.", examples=["0.0.0.0"])  # noqa: S104
    port: int = Field(8000, ge=0, le=65535, description="Port `serve` listens on.", examples=["8000"])
    publish: str | None = Field(
        None, description="Port on which `compose.yaml` publishes Salon, or an address and a port.", examples=["127.0.0.1:8080"]
    )
    url: str | None = Field(
        None, description="Address people type; needed behind a proxy and for mail.", examples=["https://photos.example.org"]
    )
    proxies: int = Field(
        0,
        ge=0,
        le=9,
        description="How many reverse proxies stand in front. Their `X-Forwarded-For` and `X-Forwarded-Proto` are believed then.",
        examples=["1"],
    )
    data_dir: Path = Field(REPOSITORY / "var", description="Folder for the database, photos and keys.", examples=["/srv/salon"])
    secret_key: str | None = Field(
        None,
        description="Signs sessions. Generated once into the data folder when absent.",
        examples=["64 random letters"],
        json_schema_extra=SECRET,
    )
    database_url: str | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL; without it SQLite in the data folder.",
        examples=["postgresql://salon:password@db/salon"],
        json_schema_extra=SECRET,
    )
    redis_url: str | None = Field(
        None,
        validation_alias="REDIS_URL",
        description="Redis or Valkey; without it one process keeps everything in memory.",
        examples=["redis://redis:6379/0"],
        json_schema_extra=SECRET,
    )
    signup: Literal["open", "invite", "closed"] = Field(
        "invite", description="Who may make an account: anybody, people with an invite link, nobody.", examples=["invite"]
    )
    owner_email: str | None = Field(
        None, description="Makes the owner account at an unattended first start.", examples=["olive@example.org"]
    )
    owner_password: str | None = Field(
        None, description="Password of that account.", examples=["a long sentence"], json_schema_extra=SECRET
    )
    mail_url: str | None = Field(
        None,
        description="Outgoing mail server; without it no mail is sent and addresses are not verified.",
        examples=["smtps://user:password@mail.example.org:465"],
        json_schema_extra=SECRET,
    )
    mail_from: str = Field("Salon <salon@localhost>", description="Sender of Salon's mail.", examples=["Salon <salon@example.org>"])
    max_upload_mb: int = Field(50, ge=1, le=10_000, description="Largest photo, in MB (1 MB is 1,000,000 bytes).", examples=["50"])
    max_megapixels: int = Field(100, ge=1, le=1000, description="Largest photo, in millions of pixels.", examples=["100"])
    socket_check_seconds: float = Field(
        15, gt=0, le=600, description="How long an open socket can go without asking whether it still may be open.", examples=["15"]
    )
    ping_seconds: float = Field(
        20, gt=0, lt=30, description="How often an idle socket is pinged, which keeps proxies from closing it.", examples=["20"]
    )
    journal_days: int = Field(
        30, ge=1, le=3650, description="How long the journal reaches back; who was away longer reads the room afresh.", examples=["30"]
    )
    undo_days: int = Field(
        30, ge=0, le=3650, description="How long removed photos and comments can be brought back; then they are gone.", examples=["30"]
    )
    upload_hours: int = Field(
        72, ge=1, le=720, description="How long an interrupted upload waits for the rest; then what came of it goes.", examples=["72"]
    )
    quota_person_mb: int | None = Field(
        None, ge=1, description="Most that one person's photos may take, in MB; without it as much as there is.", examples=["20000"]
    )
    quota_room_mb: int | None = Field(None, ge=1, description="Most that a room's photos may take, in MB.", examples=["50000"])
    worker_threads: int = Field(2, ge=1, le=64, description="How many photos one worker develops at a time.", examples=["2"])
    push_services: str | None = Field(
        None,
        description="Push services that Salon may speak with besides those of the known browsers: hosts, separated by commas.",
        examples=["push.example.org"],
    )
    metrics_token: str | None = Field(
        None,
        description="Bearer token that reads `/metrics`; without it only staff do.",
        examples=["64 random letters"],
        json_schema_extra=SECRET,
    )
    worker_metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Port on which `manage.py work` offers its own `/metrics`; without it none.", examples=["9100"]
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.", examples=["INFO"])
    log_format: Literal["line", "json"] = Field(
        "line", description="Lines for people, or one JSON object on each line for programs.", examples=["json"]
    )

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        return init_settings, env_settings, SecretFiles(settings_cls)

    @field_validator("data_dir")
    @classmethod
    def data_dir_is_absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("url")
    @classmethod
    def url_is_an_origin(cls, value: str) -> str:
        parts = split_url(value)
        more = (parts.path.strip("/"), parts.query, parts.fragment, "@" in parts.netloc)
        if parts.scheme not in ("http", "https") or not parts.hostname or any(more):
            raise ValueError("must be http:// or https:// and a name, without a user or a path")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("database_url")
    @classmethod
    def database_is_known(cls, value: str) -> str:
        parts = split_url(value)
        if parts.scheme not in ("postgres", "postgresql", "sqlite"):
            raise ValueError("must start with postgresql:// or sqlite://")
        if not parts.path.strip("/"):
            raise ValueError("must end in the name of a database")
        return value

    @field_validator("redis_url")
    @classmethod
    def redis_is_known(cls, value: str) -> str:
        if split_url(value).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("must start with redis://, rediss:// or unix://")
        return value

    @field_validator("mail_url")
    @classmethod
    def mail_is_known(cls, value: str) -> str:
        parts = split_url(value)
        if parts.scheme not in mail.PORTS or not parts.hostname:
            raise ValueError("must start with smtp://, smtps:// or smtp+tls:// and name a host")
        return value

    def secrets(self) -> list[str]:
        """What no log may show; of an address, its password."""
        named = (getattr(self, name) for name, field in type(self).model_fields.items() if field.json_schema_extra == SECRET)
        secrets = [(urlsplit(secret).password if "://" in secret else secret) or "" for secret in named if secret]
        return [secret for secret in {*secrets, *map(unquote, secrets)} if secret]

    @model_validator(mode="after")
    def owner_is_whole(self) -> Self:
        for given, lacking in (("email", "password"), ("password", "email")):
            if getattr(self, f"owner_{given}") and not getattr(self, f"owner_{lacking}"):
                name, example = f"SALON_OWNER_{lacking.upper()}", (type(self).model_fields[f"owner_{lacking}"].examples or [""])[0]
                raise SettingError(name, f"is missing, and the {given} alone makes no owner account", f"{name}={example}")
        return self

    @model_validator(mode="after")
    def production_is_safe(self) -> Self:
        if self.env == "production":
            if self.debug:
                raise SettingError("SALON_DEBUG", "is on, and production would show your secrets to strangers", "SALON_DEBUG=0")
            if self.secret_key is not None and is_weak(self.secret_key):
                raise SettingError(
                    "SALON_SECRET_KEY", "is short or a well-known default", "SALON_SECRET_KEY unset: Salon then makes its own"
                )
        return self


class SettingError(Exception):
    def __init__(self, variable: str, problem: str, example: str) -> None:
        super().__init__(f"{variable} {problem}.\n  Try: {example}")


class SecretFiles(PydanticBaseSettingsSource):
    """`NAME_FILE` for every secret `NAME`, the way container engines hand secrets over."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        name = variable(field_name, field)
        path = os.environ.get(f"{name}_FILE")
        if field.json_schema_extra != SECRET or not path:
            return None, field_name, False
        if os.environ.get(name):
            raise SettingError(f"{name}_FILE", f"and {name} are both set", "only one of the two")
        try:
            return Path(path).read_text().strip(), field_name, False
        except OSError as error:
            raise SettingError(f"{name}_FILE", f"cannot be read: {error.strerror} ({path})", f"{name}_FILE=/run/secrets/name") from error

    def __call__(self) -> dict[str, Any]:
        values = ((name, self.get_field_value(field, name)[0]) for name, field in self.settings_cls.model_fields.items())
        return {name: value for name, value in values if value is not None}


def variable(name: str, field: FieldInfo) -> str:
    return field.validation_alias if isinstance(field.validation_alias, str) else f"SALON_{name.upper()}"


def split_url(value: str) -> SplitResult:
    """`urlsplit`, but a bad port fails here and not where it is first used, and no message repeats a password."""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        raise ValueError("cannot be read. A port is a number, and in a password / is written %2F, : %3A and @ %40") from None
    return parts


def is_weak(secret: str) -> bool:
    return len(secret) < 32 or len(set(secret)) < 8 or any(secret.lower().startswith(known) for known in KNOWN_SECRETS)


def load() -> Environment:
    """Read the environment or stop the start with one line for each bad variable."""
    try:
        environment = Environment()
        make_folder(environment.data_dir)
        return environment
    except SettingError as error:
        raise SystemExit(f"Salon cannot start.\n  {error}") from None
    except ValidationError as errors:
        raise SystemExit("Salon cannot start.\n" + "\n".join(explain(dict(error)) for error in errors.errors())) from None


def make_folder(folder: Path) -> None:
    try:
        (folder / "incoming").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError("SALON_DATA_DIR", f"cannot be written to: {error.strerror} ({folder})", "SALON_DATA_DIR=/srv/salon") from error


def explain(error: dict[str, Any]) -> str:
    location = str(error["loc"][0])
    fields = {variable(name, field): field for name, field in Environment.model_fields.items()}
    name = location if location in fields else f"SALON_{location.upper()}"
    message = str(error["msg"]).removeprefix("Value error, ")
    secret = fields[name].json_schema_extra == SECRET or "@" in str(error["input"])  # before an @ there may be a password
    got = "" if secret else f" (it is {error['input']!r})"
    return f"  {name}: {message[:1].lower()}{message[1:]}{got}.\n  Try: {name}={(fields[name].examples or [''])[0]}"
