"""Proactive: from a report to a plan, from a plan to words, from words to a phone."""
