"""Settings: `config.yaml` for what a team decides, the environment for secrets and places.

HEARBACK_DATABASE_URL, HEARBACK_REDIS_URL, HEARBACK_SECRET_KEY, HEARBACK_TOMBSTONES,
TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PREVIOUS_AUTH_TOKEN, TWILIO_API_URL,
META_ACCESS_TOKEN, META_APP_SECRET, META_PREVIOUS_APP_SECRET, META_VERIFY_TOKEN, META_API_URL,
SMTP_USERNAME, SMTP_PASSWORD, SMTP_CA, OPENAI_API_KEY, and what VENDORS lists; each may also be
given as `<NAME>_FILE`, the path of a file that holds it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field

from bot.domain.addresses import Mailbox, read_mailbox
from bot.domain.daytime import QuietHours
from bot.domain.errors import BadConfig, Mistake
from bot.domain.manner import Tone
from bot.yamlfile import Duration, Strict, line_of, read

ROOT = Path(__file__).resolve().parent.parent
SECRETS = "WEBHOOK_SECRETS"
"""The variable of a vendor that holds what its webhooks are signed with: one secret or more."""
VENDORS: Mapping[str, tuple[str, ...]] = {
    "greenhouse": (SECRETS, "CLIENT_ID", "CLIENT_SECRET", "API_URL", "AUTH_URL"),
    "lever": (SECRETS, "API_KEY", "API_URL"),
    "ashby": (SECRETS, "API_KEY", "API_URL"),
    "calendly": (SECRETS,),
    "calcom": (SECRETS,),
}
"""Systems that tell us what happened, each with its variables, such as GREENHOUSE_CLIENT_ID."""
SHORTEST_DAY = timedelta(hours=4)
"""Less than this between two nights, and no promise could be kept."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no such time zone; write one such as Europe/Madrid") from None
    return name


def _name(name: str) -> str:
    if not name[:1].isupper():
        raise ValueError("write a person's name: sentences begin with it")
    return name


def _hours(value: object) -> tuple[time, time]:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", str(value))
    if found is None:
        raise ValueError('write hours such as "21:00-08:00", with quotes')
    h1, m1, h2, m2 = (int(part) for part in found.groups())
    if max(h1, h2) > 23 or max(m1, m2) > 59:
        raise ValueError("hours go from 00:00 to 23:59")
    return time(h1, m1), time(h2, m2)


def _quiet(hours: tuple[time, time]) -> tuple[time, time]:
    night = _between(*hours)
    if night > timedelta(days=1) - SHORTEST_DAY:
        raise ValueError("leaves less than 4 hours a day: candidates would wait in silence")
    return hours


def _office(hours: tuple[time, time]) -> tuple[time, time]:
    if hours[0] >= hours[1]:
        raise ValueError("an office opens before it closes")
    return hours


def _mailbox(text: object) -> Mailbox | None:
    found = read_mailbox(str(text or ""))
    if text and found is None:
        raise ValueError('write a name and an address: "Northwind Labs <jobs@northwind.example>"')
    return found


def _server(host: str) -> str:
    name = r"(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}"
    if host and not re.fullmatch(rf"{name}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*", host):
        raise ValueError("write the name of a server only, such as smtp.northwind.example")
    return host


def _between(start: time, end: time) -> timedelta:
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    return timedelta(minutes=minutes % (24 * 60))


Zone = Annotated[str, AfterValidator(_zone)]
Hours = Annotated[tuple[time, time], BeforeValidator(_hours)]
Language = Literal["en", "es", "pt"]
Phone = Annotated[str, Field(pattern=r"^(\+[1-9]\d{6,14})?$")]
MetaId = Annotated[str, Field(pattern=r"^[0-9]{0,32}$")]
"""A number of many digits, in quotes."""


class Company(Strict):
    name: str = Field(min_length=1)
    recruiter: Annotated[str, AfterValidator(_name)]
    language: Language = "en"
    time_zone: Zone


class Candidates(Strict):
    quiet_hours: Annotated[Hours, AfterValidator(_quiet)] = (time(21), time(8))
    holidays: bool = True


class HandoffSettings(Strict):
    answer_within: Duration = timedelta(hours=4)
    office_hours: Annotated[Hours, AfterValidator(_office)] = (time(9), time(18))


class WordingChoices(Strict):
    tone: Tone = Tone.WARM
    levels: dict[str, Tone] = Field(default_factory=dict)


class Decisions(Strict):
    undo: Duration = timedelta(minutes=30)
    call_first: list[str] = Field(default_factory=list)


class Moving(Strict):
    notice: Duration = timedelta(hours=24)
    confirm_within: Duration = timedelta(hours=8)


class Rights(Strict):
    requests_due: Duration = timedelta(days=30)


class Sources(Strict):
    use: list[Literal["greenhouse", "lever", "ashby", "calendly", "calcom"]] = Field(
        default_factory=list
    )
    region: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    stages: dict[str, Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default_factory=dict
    )


class WhatsApp(Strict):
    carrier: Literal["simulator", "twilio", "meta"] = "simulator"
    per_second: float = Field(default=80, gt=0, le=1000)
    per_recipient: Duration = timedelta(seconds=6)


class TwilioChoices(Strict):
    sender: Phone = ""
    contents: dict[str, Annotated[str, Field(pattern=r"^HX[0-9a-fA-F]{32}$")]] = Field(
        default_factory=dict
    )


class MetaChoices(Strict):
    sender: Phone = ""
    phone_number_id: MetaId = ""
    account_id: MetaId = ""
    version: Annotated[str, Field(pattern=r"^v[0-9]{1,3}\.[0-9]$")] = "v23.0"
    languages: dict[Language, Annotated[str, Field(pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")]] = Field(
        default_factory=dict
    )
    templates: list[Annotated[str, Field(pattern=r"^[a-z0-9_.*]+$")]] = Field(default_factory=list)


class Email(Strict):
    sender: Annotated[Mailbox | None, BeforeValidator(_mailbox)] = None
    host: Annotated[str, AfterValidator(_server)] = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"


class Model(Strict):
    name: Annotated[str, Field(pattern=r"^\S*$")] = ""
    base_url: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    seconds: float = Field(default=25, ge=1, le=60)
    tokens_per_candidate: int = Field(default=60_000, ge=0)
    tokens_per_day: int = Field(default=3_000_000, ge=0)


class Web(Strict):
    public_url: Annotated[str, Field(pattern=r"^(https?://[^\s/]+)?$")] = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    processes: int = Field(default=1, ge=1, le=64)


class Engine(Strict):
    processes: int = Field(default=1, ge=1, le=64)
    threads: int = Field(default=8, ge=1, le=256)


class ConfigFile(Strict):
    company: Company
    candidates: Candidates = Candidates()
    handoff: HandoffSettings = HandoffSettings()
    wording: WordingChoices = WordingChoices()
    decisions: Decisions = Decisions()
    moving: Moving = Moving()
    rights: Rights = Rights()
    sources: Sources = Sources()
    whatsapp: WhatsApp = WhatsApp()
    twilio: TwilioChoices = TwilioChoices()
    meta: MetaChoices = MetaChoices()
    email: Email = Email()
    model: Model = Model()
    web: Web = Web()
    engine: Engine = Engine()


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What must never stand in a file of the repository."""

    database_url: str
    tombstones: Path = ROOT / "var" / "tombstones.jsonl"
    """Must not be put back with a backup."""
    redis_url: str = ""
    secret_key: str = field(default="", repr=False)
    twilio_account_sid: str = ""
    twilio_auth_token: str = field(default="", repr=False)
    twilio_previous_auth_token: str = field(default="", repr=False)
    twilio_api_url: str = ""
    meta_access_token: str = field(default="", repr=False)
    meta_app_secret: str = field(default="", repr=False)
    meta_previous_app_secret: str = field(default="", repr=False)
    meta_verify_token: str = field(default="", repr=False)
    meta_api_url: str = ""
    smtp_username: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_ca: str = ""
    openai_api_key: str = field(default="", repr=False)
    vendors: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What VENDORS lists, by the names of the variables."""


@dataclass(frozen=True)
class Settings:
    config: ConfigFile
    secrets: Secrets

    @property
    def quiet(self) -> QuietHours:
        return QuietHours(*self.config.candidates.quiet_hours)

    def of_vendor(self, vendor: str, what: str) -> str:
        return self.secrets.vendors.get(variable(vendor, what), "")

    @property
    def office(self) -> ZoneInfo:
        return ZoneInfo(self.config.company.time_zone)


def load_settings(path: Path, environment: Mapping[str, str]) -> Settings:
    """Return the settings. Raises BadConfig, naming each line or variable and its mend."""
    config = read(path, ConfigFile)
    secrets = _secrets(environment)
    mistakes = [*_carrier(config, secrets, path), *_mail(config.email, secrets, path)]
    mistakes += _model(config.model, secrets)
    if mistakes:
        raise BadConfig(mistakes)
    return Settings(config, secrets)


def _secrets(environment: Mapping[str, str]) -> Secrets:
    def value(name: str, default: str = "") -> str:
        file = environment.get(f"{name}_FILE")
        if not file:
            return environment.get(name, default)
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            problem = f"cannot read {file}: {error.strerror}"
            raise BadConfig([Mistake(f"{name}_FILE", problem)]) from None

    return Secrets(
        database_url=value("HEARBACK_DATABASE_URL", f"sqlite:///{ROOT / 'var' / 'hearback.db'}"),
        redis_url=value("HEARBACK_REDIS_URL"),
        tombstones=Path(value("HEARBACK_TOMBSTONES", str(ROOT / "var" / "tombstones.jsonl"))),
        secret_key=value("HEARBACK_SECRET_KEY"),
        twilio_account_sid=value("TWILIO_ACCOUNT_SID"),
        twilio_auth_token=value("TWILIO_AUTH_TOKEN"),
        twilio_previous_auth_token=value("TWILIO_PREVIOUS_AUTH_TOKEN"),
        twilio_api_url=value("TWILIO_API_URL"),
        meta_access_token=value("META_ACCESS_TOKEN"),
        meta_app_secret=value("META_APP_SECRET"),
        meta_previous_app_secret=value("META_PREVIOUS_APP_SECRET"),
        meta_verify_token=value("META_VERIFY_TOKEN"),
        meta_api_url=value("META_API_URL"),
        smtp_username=value("SMTP_USERNAME"),
        smtp_password=value("SMTP_PASSWORD"),
        smtp_ca=value("SMTP_CA"),
        openai_api_key=value("OPENAI_API_KEY"),
        vendors={name: value(name) for name in _of_vendors()},
    )


def variable(vendor: str, what: str) -> str:
    return f"{vendor.upper()}_{what}"


def _of_vendors() -> list[str]:
    return [variable(vendor, what) for vendor, all in VENDORS.items() for what in all]


def _carrier(config: ConfigFile, secrets: Secrets, path: Path) -> Iterable[Mistake]:
    carrier = config.whatsapp.carrier
    yield from (
        Mistake(where, f"is needed with `carrier: {carrier}`", mend)
        for where, (value, mend) in _needed(config, secrets, path).items()
        if not value
    )
    if not re.fullmatch("[!-~]*", secrets.meta_access_token):
        yield Mistake("META_ACCESS_TOKEN", "has letters that no token has", "copy it again")


def _needed(config: ConfigFile, secrets: Secrets, path: Path) -> Mapping[str, tuple[str, str]]:
    """What the carrier cannot do without: where it stands, what stands there, and the mend."""
    told, url = "set it in the environment", config.web.public_url
    number = "write your WhatsApp number"
    match config.whatsapp.carrier:
        case "twilio":
            return {
                "TWILIO_ACCOUNT_SID": (secrets.twilio_account_sid, told),
                "TWILIO_AUTH_TOKEN": (secrets.twilio_auth_token, told),
                f"{path}: twilio.sender": (config.twilio.sender, number),
                f"{path}: web.public_url": (url, "Twilio signs and calls this URL"),
            }
        case "meta":
            shown = "Meta shows it under WhatsApp, API setup"
            return {
                "META_ACCESS_TOKEN": (secrets.meta_access_token, told),
                "META_APP_SECRET": (secrets.meta_app_secret, told),
                "META_VERIFY_TOKEN": (secrets.meta_verify_token, "make one up and set it"),
                f"{path}: meta.sender": (config.meta.sender, number),
                f"{path}: meta.phone_number_id": (config.meta.phone_number_id, shown),
                f"{path}: meta.account_id": (config.meta.account_id, shown),
                f"{path}: web.public_url": (url, "Meta calls this URL"),
            }
        case _:
            return {}


def _model(told: Model, secrets: Secrets) -> Iterable[Mistake]:
    if told.name and not told.base_url and not secrets.openai_api_key:
        mend = "set it in the environment, or name a server of your own in `base_url`"
        yield Mistake("OPENAI_API_KEY", "is needed with `model.name`", mend)
    if not secrets.openai_api_key.isascii():
        yield Mistake("OPENAI_API_KEY", "has letters that no key has", "copy it again")


def _mail(told: Email, secrets: Secrets, path: Path) -> Iterable[Mistake]:
    if told.sender is None:
        return
    signs_in = {"SMTP_USERNAME": secrets.smtp_username, "SMTP_PASSWORD": secrets.smtp_password}
    if not told.host:
        where = line_of(path, "email", "host")
        yield Mistake(where, "is needed with `sender`", "write the name of your mail server")
    if any(signs_in.values()):
        yield from (
            Mistake(name, "is needed with the other one", "set both, or neither")
            for name, value in signs_in.items()
            if not value
        )
        yield from (
            Mistake(name, "has letters that cannot be sent to mail servers", "use ASCII only")
            for name, value in signs_in.items()
            if not value.isascii()
        )
        if told.security == "none":
            where = line_of(path, "email", "security")
            mend = "write starttls or tls, or leave SMTP_USERNAME out"
            yield Mistake(where, "would send the password in the clear", mend)
