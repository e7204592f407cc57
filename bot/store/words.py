"""Finds messages and people by words, whatever their case and accents; the beginning of a word
is enough."""

import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

ACCENTED = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüý"
PLAIN = "AAAAAACEEEEIIIINOOOOOUUUUYaaaaaaceeeeiiiinooooouuuuy"
"""What PostgreSQL reads in place of accents, letter by letter; SQLite asks us."""
LONGEST = 64
"""Characters of one word that are looked for."""
MOST = 12
"""Words that are looked for at once."""

_WORD = re.compile(r"\w+")


def wanted(text: str) -> str:
    """Return what `has_words` looks for where somebody typed `text`; empty where it has no word.

    >>> wanted("São Paulo?")
    'sao:* & paulo:*'
    """
    return " & ".join(f"{word[:LONGEST]}:*" for word in _words(text)[:MOST])


def vector(column: str) -> str:
    """Return PostgreSQL's words of a column; the index on it has to say exactly the same."""
    return f"to_tsvector('simple', lower(translate({column}, '{ACCENTED}', '{PLAIN}')))"


class has_words(FunctionElement[bool]):  # reads as SQL does
    """Whether a text has words that begin as those do that are `wanted`."""

    type = sa.Boolean()
    inherit_cache = True


@compiles(has_words, "postgresql")
def _by_vector(element: Any, compiler: Any, **options: Any) -> str:
    text, words = (compiler.process(one, **options) for one in element.clauses)
    return f"({vector(text)} @@ to_tsquery('simple', {words}))"


@compiles(has_words, "sqlite")
def _by_asking(element: Any, compiler: Any, **options: Any) -> str:
    text, words = (compiler.process(one, **options) for one in element.clauses)
    return f"has_words({text}, {words})"


def teach(connection: Any) -> None:
    """Let SQLite look for words; what is given is the driver's own connection."""
    connection.create_function("has_words", 2, _has_words, deterministic=True)


def _has_words(text: str, asked: str) -> bool:
    said = _words(text)
    beginnings = [one.removesuffix(":*") for one in asked.split(" & ")]
    return all(any(word.startswith(one) for word in said) for one in beginnings)


def _words(text: str) -> list[str]:
    spelled = unicodedata.normalize("NFKD", text)
    return _WORD.findall("".join(c for c in spelled if not unicodedata.combining(c)).lower())
