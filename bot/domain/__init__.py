"""The pure core: what is true, what is due and what may be said.

Nothing in this folder reads a clock, the environment, a file or a database. Everything
it needs is handed in, everything it decides is handed back as data.
"""
