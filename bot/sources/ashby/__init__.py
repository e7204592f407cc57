"""Ashby: webhooks that tell one thing several times, and an API for what they leave out."""

from bot.sources.ashby.api import AshbyApi
from bot.sources.ashby.reading import Ashby
from bot.sources.ashby.vendor import NAME, AshbyVendor

__all__ = ["NAME", "Ashby", "AshbyApi", "AshbyVendor"]
