"""Plays conversations that are written down, or typed, and says whether the bot did right."""
