"""Reactive: a candidate writes, rights come first, then a flow or the answerer."""
