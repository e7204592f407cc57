"""E-mail addresses that mail can be written to without guessing: ASCII, unquoted, with a domain."""

import re
from dataclasses import dataclass

LONGEST = 254
"""Characters that a mail server must take (RFC 5321)."""

_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")
_NAMED = re.compile(r'"?(?P<name>[^<>"\x00-\x1f\x7f]*?)"?\s*<(?P<address>[^<>\s]+)>')


@dataclass(frozen=True)
class Mailbox:
    """Who a mail comes from."""

    name: str
    """As people read it; may be empty."""
    address: str

    @property
    def domain(self) -> str:
        return domain_of(self.address)


def is_address(text: str) -> bool:
    """Return whether `text` is an address, and nothing around it."""
    return len(text) <= LONGEST and _ADDRESS.fullmatch(text) is not None


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]


def read_mailbox(text: str) -> Mailbox | None:
    """Return the mailbox that `text` writes, or None where it writes none.

    >>> read_mailbox("Northwind, Labs <jobs@northwind.example>")
    Mailbox(name='Northwind, Labs', address='jobs@northwind.example')
    """
    found = _NAMED.fullmatch(text.strip())
    name, address = (found["name"], found["address"]) if found else ("", text.strip())
    return Mailbox(name.strip(), address) if is_address(address) else None
