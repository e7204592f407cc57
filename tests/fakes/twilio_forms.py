"""The forms that Twilio posts to us, and its signature under them."""

from collections.abc import Mapping, Sequence

from twilio.request_validator import RequestValidator

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a-made-up-token-of-a-fake-account"
SENDER = "+14155550100"

Form = Mapping[str, str | Sequence[str]]


class _Signable(dict[str, list[str]]):
    def getlist(self, name: str) -> list[str]:
        return self[name]


def message_form(**changes: str | Sequence[str]) -> dict[str, str | Sequence[str]]:
    """A candidate's text as it comes in."""
    sid = changes.get("MessageSid", "SM" + "1" * 32)
    return {
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "MessageSid": sid,
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "SmsStatus": "received",
        "MessageType": "text",
        "From": "whatsapp:+34600111222",
        "To": f"whatsapp:{SENDER}",
        "WaId": "34600111222",
        "ProfileName": "Ana",
        "Body": "Hello",
        "NumMedia": "0",
        "NumSegments": "1",
        "ReferralNumMedia": "0",
        **changes,
    }


def status_form(sid: str, status: str, **changes: str) -> dict[str, str]:
    """What became of a message."""
    return {
        "SmsSid": sid,
        "SmsStatus": status,
        "MessageSid": sid,
        "MessageStatus": status,
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
        "ChannelPrefix": "whatsapp",
        "From": f"whatsapp:{SENDER}",
        "To": "whatsapp:+34600111222",
        **changes,
    }


def signature(url: str, form: Form, token: str = TOKEN) -> str:
    """Sign as Twilio's own library does."""
    values = {k: [v] if isinstance(v, str) else list(v) for k, v in form.items()}
    signed: str = RequestValidator(token).compute_signature(url, _Signable(values))
    return signed
