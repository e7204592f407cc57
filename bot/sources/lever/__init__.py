"""Lever: webhooks, each of which is only a hint, and the API that says what is true."""

from bot.sources.lever.api import LeverApi
from bot.sources.lever.reading import Lever
from bot.sources.lever.vendor import NAME, LeverVendor

__all__ = ["NAME", "Lever", "LeverApi", "LeverVendor"]
