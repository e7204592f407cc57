"""The free days of a country: its weekend, and the holidays of the whole country.

Holidays of a region are not in it: neither a number nor a zone tells the region.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from zoneinfo import ZoneInfo

from babel.core import get_global

from bot.domain.daytime import FreeDays
from bot.sources.phones import country_of

FRIDAY, SATURDAY, SUNDAY = 4, 5, 6
SPOKEN = ("en", "es", "pt")
"""Holidays of countries that speak one of these keep their own names; others get English ones."""


@dataclass(frozen=True)
class Calendars:
    office: ZoneInfo
    holidays: bool = True

    def where(self, phone: str, zone: ZoneInfo) -> FreeDays:
        """Return the free days of a number's country, else of the zone's, else of the office's."""
        country = country_of(phone) or zone_country(zone) or zone_country(self.office)
        return partial(free_day, country, holidays=self.holidays)


def zone_country(zone: ZoneInfo) -> str:
    """Return the country that a zone lies in, such as "ES", or "" where it lies in none."""
    name = get_global("zone_aliases").get(zone.key, zone.key)
    country = str(get_global("zone_territories").get(name, ""))
    return "" if country == "ZZ" else country


def free_day(country: str, day: date, *, holidays: bool = True) -> str:
    """Return what makes a day free in a country, by its ISO code. In those we know nothing of,
    only Saturdays and Sundays are."""
    year = _year(country, day.year)
    if day.weekday() in year.weekend:
        return "the weekend"
    name = year.holidays.get(day) if holidays else None
    return f"the holiday {name}" if name else ""


@dataclass(frozen=True)
class _Year:
    """A year in a country: in some, the weekend has moved since others."""

    weekend: Collection[int] = (SATURDAY, SUNDAY)
    holidays: Mapping[date, str] = field(default_factory=dict)


@cache
def _year(country: str, year: int) -> _Year:
    from holidays import country_holidays  # a third of a second: only once something is planned

    try:
        own = country_holidays(country).default_language or ""
    except NotImplementedError:
        return _Year()
    language = own if own.startswith(SPOKEN) else "en_US"
    known = country_holidays(country, years=year, language=language)
    weekend = known.weekend if FRIDAY in known.weekend else (SATURDAY, SUNDAY)
    return _Year(frozenset(weekend), dict(known))
