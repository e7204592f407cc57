"""What a phone number tells."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone

UNKNOWN_ZONE = "Etc/Unknown"
CLOSE_ENOUGH = timedelta(hours=1)
"""Zones of one number that lie no further apart than this are taken for the most easterly:
Madrid rather than the Canaries, Lisbon rather than the Azores."""
NOWHERE = (phonenumbers.UNKNOWN_REGION, phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY)
A_WINTER_DAY = datetime(2026, 1, 15, tzinfo=UTC)


def zone_of(phone: str) -> str:
    """Return the time zone of an E.164 number, or "" where it could be one of several."""
    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return ""
    offsets = {name: _offset(name) for name in zones if name != UNKNOWN_ZONE}
    if not offsets or max(offsets.values()) - min(offsets.values()) > CLOSE_ENOUGH:
        return ""
    return max(offsets, key=lambda name: offsets[name])


def country_of(phone: str) -> str:
    """Return the country of an E.164 number, such as "ES", or "" where it has none."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return ""
    region = phonenumbers.region_code_for_number(number)
    region = region or phonenumbers.region_code_for_country_code(number.country_code or 0)
    return "" if region in NOWHERE else region


def e164_in(region: str, phone: str) -> str:
    """Return a number as somebody wrote it in E.164, or "" where it is none that is in use.

    One without a country code is taken to be of `region`, such as "US"; without a region it
    is nobody's.
    """
    try:
        number = phonenumbers.parse(phone, region or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _offset(name: str) -> timedelta:
    return A_WINTER_DAY.astimezone(ZoneInfo(name)).utcoffset() or timedelta()


def e164(phone: str) -> str:
    """Return a number in E.164. Raises ValueError: it is not one, or names no country."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        raise ValueError("write the number with its country code, such as +34600000000") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("the number is too short or too long for its country")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
