"""Which language somebody asks for by its name: "podemos falar em português?"."""

import re

_NAMES = {
    "en": r"english|ingles[as]?|inglés|inglês",
    "es": r"spanish|espa[nñ]ol|espanhol|castellano|castelhano",
    "pt": r"portuguese|portugu[eéê]s|brasileiro",
}
_OTHERS = (
    r"french|franc[eéê]s|français|german|alem[aáã]n|alemão|deutsch|italian[oa]?|arabic|[aá]rabe"
    r"|chinese|chino|chin[eê]s|polish|polaco|polon[eê]s|russian|ruso|russo|catal[aá]n|catal[aã]o"
    r"|hindi|japanese|japon[eéê]s|dutch|holand[eéê]s|turkish|turco|ukrainian|euskera|gallego"
)
_NOT = r"(?:don'?t|do not|can'?t|cannot|not|no|não|nao|never)\b[^.,;!?]{0,24}?\s"
_NAMED = re.compile("|".join(rf"\b(?P<{one}>{names})\b" for one, names in _NAMES.items()))
_REFUSED = re.compile(rf"\b{_NOT}(?:{'|'.join(_NAMES.values())})\b")
_OTHER = re.compile(rf"\b(?:{_OTHERS})\b")


def asked_for(text: str, written_in: str) -> str:
    """Return the language that a text asks for, given the one that it is written in; empty
    where it asks for one that we do not write.

    >>> asked_for("¿podemos hablar en inglés?", "es"), asked_for("no hablo inglés", "es")
    ('en', 'es')
    >>> asked_for("auf Deutsch or German please", "en")
    ''
    """
    plain = text.casefold().replace("\u2019", "'")
    wanted = _NAMED.search(_REFUSED.sub(" ", plain))
    if wanted is not None and wanted.lastgroup:
        return wanted.lastgroup
    return "" if _OTHER.search(plain) else written_in
