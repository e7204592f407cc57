"""Hearback: no candidate is left in silence after an interview."""
