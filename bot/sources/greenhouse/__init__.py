"""Greenhouse: webhooks of the recruiting product, and the Harvest API v3. See `docs/sources.md`."""

from bot.sources.greenhouse.harvest import Harvest
from bot.sources.greenhouse.reading import Greenhouse
from bot.sources.greenhouse.vendor import NAME, GreenhouseVendor

__all__ = ["NAME", "Greenhouse", "GreenhouseVendor", "Harvest"]
