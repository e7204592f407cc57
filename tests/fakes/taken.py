"""What the fake carrier took: kept in memory, and line by line in a file."""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.fakes.twilio_forms import ACCOUNT


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One message that was really accepted."""

    sid: str
    to: str
    sender: str
    body: str
    content_sid: str
    content_variables: str
    status_callback: str
    validity_period: str
    at: str

    @property
    def reference(self) -> str:
        return reference_in(self.status_callback)


@dataclass(frozen=True, kw_only=True)
class Wrote:
    """One message of a candidate, as the carrier keeps it."""

    sid: str
    address: str
    to: str
    body: str
    at: datetime
    files: int = 0


def reference_in(status_callback: str) -> str:
    """Return what our callback URL says: the id of the message on our side."""
    return parse_qs(urlsplit(status_callback).query).get("m", [""])[0]


def take(sid: str, form: Mapping[str, str], at: datetime) -> Taken:
    return Taken(
        sid=sid,
        to=form.get("To", ""),
        sender=form.get("From", ""),
        body=form.get("Body", ""),
        content_sid=form.get("ContentSid", ""),
        content_variables=form.get("ContentVariables", ""),
        status_callback=form.get("StatusCallback", ""),
        validity_period=form.get("ValidityPeriod", ""),
        at=format_datetime(at.astimezone(UTC)),
    )


class Ledger:
    """Everything taken, in order. Nothing is removed; each line is in the file at once."""

    def __init__(self, file: Path | None = None) -> None:
        self.taken: list[Taken] = []
        self._file = file
        self._lock = threading.Lock()

    def add(self, taken: Taken) -> None:
        with self._lock:
            self.taken.append(taken)
            if self._file is not None:
                line = json.dumps({**asdict(taken), "reference": taken.reference})
                with self._file.open("a", encoding="utf-8") as file:
                    file.write(f"{line}\n")


def read_log(file: Path) -> list[Taken]:
    """Return what a carrier in another process took so far."""
    if not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").splitlines()
    rows = (json.loads(line) for line in lines)
    return [Taken(**{k: v for k, v in row.items() if k != "reference"}) for row in rows]


def resource(
    taken: Taken, status: str = "queued", code: str = "", content: str = ""
) -> dict[str, object]:
    """Return the message as Twilio's API shows it. It never shows StatusCallback or ContentSid;
    of a template it shows the words that the candidate reads."""
    return {
        **_resource(taken.sid),
        "body": taken.body or _filled(content, taken.content_variables),
        "date_created": taken.at,
        "date_sent": None if status == "queued" else taken.at,
        "date_updated": taken.at,
        "direction": "outbound-api",
        "error_code": int(code) if code else None,
        "error_message": "made up" if code else None,
        "from": taken.sender,
        "status": status,
        "to": taken.to,
    }


def written(wrote: Wrote) -> dict[str, object]:
    """Return what a candidate wrote as Twilio's API shows it."""
    at = format_datetime(wrote.at.astimezone(UTC))
    return {
        **_resource(wrote.sid),
        "body": wrote.body,
        "date_created": at,
        "date_sent": at,
        "date_updated": at,
        "direction": "inbound",
        "from": wrote.address,
        "num_media": str(wrote.files),
        "status": "received",
        "to": wrote.to,
    }


def _filled(content: str, variables: str) -> str:
    given = json.loads(variables or "{}")
    return re.sub(r"{{(\d+)}}", lambda found: given.get(found[1], found[0]), content)


def _resource(sid: str) -> dict[str, object]:
    path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages/{sid}"
    return {
        "account_sid": ACCOUNT,
        "api_version": "2010-04-01",
        "error_code": None,
        "error_message": None,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": None,
        "sid": sid,
        "subresource_uris": {"media": f"{path}/Media.json"},
        "uri": f"{path}.json",
    }
