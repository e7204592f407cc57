"""Whether words name a topic, or say something about the candidate, which stays with us."""

import re

_OF_PEOPLE = r"he|she|him|her|hers|his|they|them|their|we|us|i|me"
_OF_VERDICTS = (
    r"is|isn't|was|wasn't|were|has|had|didn't|doesn't|don't|won't|will|not|no|never|too|very"
    r"|good|great|nice|bad|poor\w*|excellent|weak(?!\s+references?)\w*|solid candidate|hire|fit"
    r"|unfit|nervous|shy|arrogant|struggl\w+|lack\w*|fail(?:ed|s)|reject(?!ion sampling)\w*"
    r"|salary|overqualified|underqualified|candidates?"
)
_OF_LIVES = (
    r"pregnan(?:t|cy leave)\w*|maternity|kids|children|married|divorced|single mother|age|old"
    r"|religion|muslim|christian|jewish|disabled|disability|illness|sick|gay|lesbian|accent"
)
_ENGLISH = rf"{_OF_PEOPLE}|{_OF_VERDICTS}|{_OF_LIVES}"
_SPANISH = (
    r"ella|él|ellos|ellas|nosotros|yo|le|nos|es|está|era|fue|tiene|tuvo|parece|parecía|va|vamos"
    r"|muy|demasiad\w+|buen\w?|mal[oa]?|floj\w+|débil|encaja|nervios\w+|rechaz\w+|contratar\w*"
    r"|descart\w+|sueldo|salario|candidat[oa]s?|embaraz\w+|hijos|edad|casad\w+|mayor|enferm\w+"
)
_PORTUGUESE = (
    r"ele|ela|eles|elas|nós|eu|é|está|foi|era|não|tem|teve|parece|parecia|vai|vamos|muito"
    r"|demais|bom|boa|ruim|frac\w+|encaixa|nervos\w+|rejeit\w+|descart\w+|reprovad\w+"
    r"|salário|grávida|gravidez|filhos|idade|velh\w+|doente|doença"
)
_JUDGING = re.compile(rf"(?<![\w'])(?:{_ENGLISH}|{_SPANISH}|{_PORTUGUESE})(?![\w'])")


def judges(words: str) -> bool:
    """Whether words may say what somebody thinks of a person, or what is their own affair.

    It would rather take a topic for a verdict than tell a candidate one.

    >>> [judges(words) for words in ("event-driven design", "weak on SQL", "no encaja")]
    [False, True, True]
    """
    return _JUDGING.search(words.casefold().replace("\u2019", "'")) is not None
