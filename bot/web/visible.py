"""Shows candidates' words as they are: nothing hidden in them stays hidden, or does anything."""

import re
import unicodedata

from markupsafe import Markup, escape

LONG = 1500
"""Characters after which a message is folded."""
FOLD_AT = 700
LONG_LINES = 24

_ODD = re.compile(
    "([\U000e0000-\U000e007f]+"  # tags: a whole alphabet that nobody sees
    "|[\U000e0100-\U000e01ef]+"  # variation selectors that carry secrets
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f]"  # control characters, but not tab and new line
    "|[\u202a-\u202e\u2066-\u2069]"  # marks that turn the direction of what follows
    "|[\u200b\u2060-\u2064\ufeff\ufff9-\uffff\u00ad\u180e\u3164])"  # nothing to see
)
_LINE_ENDS = re.compile("\r\n?|\x85|\u2028|\u2029")
_FLAGS = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{3,6}\U000e007f")
"""Flags such as Scotland's are spelled with tags, and may stay."""


def visible(text: str) -> Markup:
    """Return the text, escaped, with a small label in place of every hidden character."""
    plain = _LINE_ENDS.sub("\n", text).encode("utf-8", "replace").decode()
    parts, at = [], 0
    for flag in _FLAGS.finditer(plain):
        parts += [_labelled(plain[at : flag.start()]), escape(flag.group())]
        at = flag.end()
    return Markup("").join([*parts, _labelled(plain[at:])])


def folds(text: str) -> int:
    """Return where a long text is folded, or 0 for one that is shown whole."""
    lines = [found.end() for found in re.finditer("\n", text[:LONG])]
    if len(lines) > LONG_LINES:
        return lines[LONG_LINES // 2]
    if len(text) <= LONG:
        return 0
    space = text.rfind(" ", FOLD_AT, FOLD_AT + 100)
    return space if space > 0 else FOLD_AT


def one_line(text: str) -> str:
    """Return the text for a list: one line, without what nobody can see."""
    return " ".join(_ODD.sub(" ", _LINE_ENDS.sub(" ", text)).split())


def _labelled(text: str) -> Markup:
    parts = _ODD.split(text)
    return Markup("").join(_label(p) if i % 2 else escape(p) for i, p in enumerate(parts))


def _label(hidden: str) -> Markup:
    return Markup('<span class="odd">{}</span>').format(_name(hidden))


def _name(hidden: str) -> str:
    if "\U000e0000" <= hidden[0] <= "\U000e007f":
        spelled = "".join(chr(ord(c) - 0xE0000) for c in hidden)
        return f"hidden: {''.join(c for c in spelled if c.isprintable())}"
    if len(hidden) > 1 or hidden[0] > "\U000e0000":
        return f"{len(hidden)} hidden"
    return unicodedata.name(hidden, "").lower() or f"U+{ord(hidden):04X}"
