"""Names and topics in a text: what is written with a capital, and what follows "about"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.claims.lexicon import Claim, Kind, Lexicon, plain

WORD = re.compile(r"[^\W\d_][\w'\u2019-]*(?:\.[^\W\d_]\w*)*|[^\W\d_]")
_OPENS = re.compile(
    r"(?:^|[.!?\u2026:;\u00bf\u00a1\"\u201c(\u2014\u2013\n\u2022*]|[^\w\s,'\u2019&/-])\s*$"
)
"""What stands before a word that begins a sentence."""
_DOES = re.compile(
    r"\s+(?:[A-Z]\w+\s+)?(?:and\s+[A-Z]\w+\s+)?(?:will|is|was|has|had|would|can|could|told|said|"
    r"met|wrote|sent|felt|thought|from|(?:call|write|send|ask|want|need|like|love|meet|join|think|"
    r"mention|confirm|review|take|get|give|lead|run|work|look|expect|hope|know|feel|enjoy|say|answer|"
    r"interview|recommend|plan|organi[sz]e|manage|handle|share|offer|decide|pass)(?:e?s|e?d)|"
    r"(?:te|le|les|nos|se)\s|va|ha|dijo|quiere|pidio|sera|vai|disse|quer|pediu|ligou|falou|gostou|"
    r"(?:llam|escrib|habl|envi|pas|contact|respond|contest|dar|ser|tendr|podr|lig|fal|escrev|mand|entr|"
    r"avis|confirm|acompan|atend|decid|ver)(?:ar|er|ir)?a)\b"
)
"""What follows the name of somebody who does something."""
_VERB = re.compile(r"(?:mos|ou|ndo|aste|iste)$")
"""How verbs end that may stand alone before a comma in Spanish and Portuguese."""
_CLAUSE = frozenset(
    "how what why when whether if it you we they i he she will is are was were can could would "
    "but so has have had do does como que cuando si se te le lo nos me yo es son fue va ha han "
    "quando voce voces ele ela eles elas e esta estao foi vai nao no not "
    "among there here aqui aca por with from by and y".split()
)
"""Words with which a topic ends and something else begins."""
_DETERMINERS = frozenset(
    "this that these those your yours their every each some such same other others another both "
    "esta este esto estos estas ese esa eso cada otro otra otros otras todos todas seus suas nosso "
    "nossa esse essa outro outra outros outras todos todas more most next very really".split()
)
_PLACEHOLDER = re.compile(
    r"\{+\w*\}+|\[[A-Za-z][^\]\n]{0,40}\]|<[a-z_ ]{2,30}>|\bX{3,}\b|\bTBD\b|\blorem ipsum\b", re.I
)
REST = re.compile(r"[^.,;:!?\n()\u2014\u2013]{0,60}")
TOPIC_WORDS = 6


def placeholders(text: str) -> Iterator[Claim]:
    for found in _PLACEHOLDER.finditer(text):
        yield Claim(Kind.PLACEHOLDER, found.start(), found.end(), frozenset())


def names(text: str, lexicon: Lexicon) -> Iterator[Claim]:
    """Yield each word that is written with a capital for no other reason than being a name."""
    for found in WORD.finditer(text):
        word = stem(found[0])
        if not word[:1].isupper() or word in lexicon.caps:
            continue
        if _OPENS.search(text[: found.start()]) and not _is_name(text, found, word, lexicon):
            continue
        yield Claim(Kind.NAME, found.start(), found.start() + len(word), frozenset([plain(word)]))


def stem(word: str) -> str:
    return re.sub(r"['\u2019]s$", "", word).rstrip(".'\u2019-")


def _is_name(text: str, found: re.Match[str], word: str, lexicon: Lexicon) -> bool:
    """Whether the first word of a sentence is a name all the same."""
    if plain(word) in lexicon.openings or plain(word) in lexicon.neutral:
        return False
    rest = text[found.end() :]
    if rest.startswith(",") and not _VERB.search(plain(word)):
        return True
    return bool(_DOES.match(plain_keeping_case(rest)))


def plain_keeping_case(text: str) -> str:
    """Return `text` without accents, of the same length."""
    return "".join(plain(char).upper() if char.isupper() else plain(char) for char in text)


def topics(text: str, lexicon: Lexicon) -> Iterator[Claim]:
    """Yield each word of a topic that says something: "our talk about event sourcing"."""
    for found in lexicon.about.finditer(text):
        rest = REST.match(text, found.end())
        for number, word in enumerate(WORD.finditer(rest[0] if rest else "")):
            said = stem(word[0])
            if number == TOPIC_WORDS or _ends_topic(said, lexicon):
                break
            if len(said) > 3 and said not in lexicon.common:
                start = found.end() + word.start()
                yield Claim(Kind.TOPIC, start, start + len(word[0]), frozenset([said]))


def _ends_topic(word: str, lexicon: Lexicon) -> bool:
    return word in _CLAUSE or (word in lexicon.neutral and word not in _DETERMINERS)
