"""What the fake carrier puts on the wire."""

import json

from tests.fakes.answers import Answer, Kind
from tests.fakes.taken import Taken, resource

TEXT_LIMIT = 1600


def word(answer: Answer, taken: Taken | None) -> tuple[int, bytes]:
    """Return status and content."""
    match answer.kind:
        case Kind.ACCEPT if taken is not None:
            return 201, json.dumps(resource(taken)).encode()
        case Kind.REFUSE:
            return answer.status, error(answer.code, answer.status)
        case Kind.PROBLEM:
            return answer.status, _problem(answer.code, answer.body_status or answer.status)
        case Kind.HTML:
            return answer.status, b"<html><body>Bad gateway</body></html>"
        case Kind.REDIRECT:
            return 307, b""
        case Kind.EMPTY:
            return 201, b"{}"
        case Kind.LIST:
            return 201, b"[]"
        case _:
            return 201, b'{"sid": "SM'


def headers(answer: Answer, path: str) -> dict[str, str]:
    page = answer.kind is Kind.HTML
    headers = {"Content-Type": "text/html" if page else "application/json"}
    if answer.retry_after:
        headers["Retry-After"] = answer.retry_after
    if answer.kind is Kind.CUT:
        headers |= {"Content-Length": "400", "Connection": "close"}
    if answer.kind is Kind.REDIRECT:
        headers["Location"] = path
    return headers


def objection(form: dict[str, str]) -> int:
    """Return the code for what the contract's schema cannot say."""
    if not form.get("From", "").startswith("whatsapp:"):
        return 63007
    if "ContentSid" in form:
        return 0 if _is_object(form.get("ContentVariables", "{}")) else 21656
    if not form.get("Body"):
        return 21619
    return 21617 if len(form["Body"]) > TEXT_LIMIT else 0


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def error(code: int, status: int) -> bytes:
    more = f"https://www.twilio.com/docs/errors/{code}"
    error = {"code": code, "message": "made up", "more_info": more, "status": status}
    return json.dumps(error).encode()


def _problem(code: int, status: int) -> bytes:
    problem = {"type": "about:blank", "title": "made up", "status": status, "code": code}
    return json.dumps({**problem, "detail": "made up"}).encode()
