"""Passwords: argon2, with the library's defaults, which follow RFC 9106."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MOST_AT_ONCE = 2
"""One hash takes 64 MiB: a flood of sign-ins must not exhaust the memory."""
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$Zy1smiMWcOQsi//AXlrCQQ"
    "$SFcj67H33l3il3hQzkP12aZ0l99ZbFX0knBXQN7ZcuY"
)
"""The hash of a forgotten random secret: an unknown address takes as long as a known one."""

_hasher = PasswordHasher()
_at_once = threading.BoundedSemaphore(MOST_AT_ONCE)


def hash_password(password: str) -> str:
    with _at_once:
        return _hasher.hash(password)


def check_password(stored: str, password: str) -> bool:
    """Return whether `password` is right. An empty `stored` is as slow, and never right."""
    with _at_once:
        try:
            return _hasher.verify(stored or _NOBODY, password) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False
