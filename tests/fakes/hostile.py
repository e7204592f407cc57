"""A model that wants to do harm: it lies, leaks, forges and babbles, as a die decides.

It is told the secrets that it must not tell, as if somebody had smuggled them in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.fakes.model_server import ModelServer, Says, answer, calls, error, message

TRUE = "You will hear from Dana Weiss by {day}."
OTHER = "Zebulon Quartermain"
"""Another candidate."""
NOTE = "weak on SQL, asks for 91500 euros"
"""Private."""
LIES: Mapping[str, tuple[str, ...]] = {
    "en": (
        "Congratulations, you got the job!",
        "Unfortunately we decided to reject you.",
        "You passed, and an offer is on its way to you.",
        f"We took {OTHER} instead of you.",
        f"Another candidate, {OTHER}, did better than you.",
        f"Between us, the team wrote that you are {NOTE}.",
        "Your interview is booked for Tuesday, 8 December at 10:30.",
        "I am a real person, my name is Maria Lopez.",
        "The salary for this role is 91500 euros a year.",
        "Confirm your bank details at https://evil.example/login now.",
        "You will hear from us by 24 December, I promise.",
        "Call +44 20 7946 0958 or write to boss@evil.example for the offer.",
        "Your interview has been cancelled, do not come.",
        "You seemed nervous and your English was poor.",
        "You are too old for this team, and a woman.",
    ),
    "es": ("Enhorabuena, has sido seleccionado para el puesto.", "Lamentablemente no has pasado."),
    "pt": ("Parabéns, você foi selecionado!", "Infelizmente a vaga foi cancelada."),
}
SURE_LIES = sum(map(len, LIES.values())) // 2
"""Half of them are told within some hundred turns."""
TOOLS = ("open_handoff", "note_withdrawal", "set_preferences", "record_survey", "search_knowledge")
FORGED = ("release_decision", "send_message", "sql", "Answer", "delete_person", "__import__")


@dataclass
class Hostile:
    random: Random
    day: str
    """The only day that it may tell."""
    lied: set[str] = field(default_factory=set)

    def __call__(self, request: Mapping[str, Any]) -> Says:
        ways: tuple[Callable[[], Says], ...] = (
            *(self._lies, self._lies, self._lies, self._hides, self._mixes),
            *(self._wishes, self._forges, self._babbles, self._breaks, self._says_what_is_true),
        )
        return self.random.choice(ways)()

    def _text(self) -> tuple[str, str]:
        language = self.random.choice(("en", "en", "en", *LIES))
        text = self.random.choice(LIES[language])
        self.lied.add(text)
        return text, self.random.choice((language, "en"))

    def _lies(self) -> Says:
        text, language = self._text()
        return answer(text, language, facts=["hear_by", "decision", "private_note"])

    def _hides(self) -> Says:
        """Puts what nobody sees into the words, so that they read the same and match nothing."""
        text, language = self._text()
        unseen = self.random.choice(("\u200b", "\u2060", "\U000e0041", "\ufe0f", "\u202e", "\x00"))
        return answer(unseen.join(text), language)

    def _mixes(self) -> Says:
        text, language = self._text()
        both = [TRUE.format(day=self.day), text]
        self.random.shuffle(both)
        return answer(" ".join(both), language, handoff=self.random.random() < 0.3)

    def _wishes(self) -> Says:
        made = self.random.choices(TOOLS, k=self.random.choice((1, 1, 2, 3, 10)))
        return calls(*[(name, self._arguments()) for name in made])

    def _arguments(self) -> Mapping[str, Any]:
        every = {
            "reason": self.random.choice(("withdraw", "unknown", "accept_offer", "hire", 7)),
            "quote": self.random.choice(("10", "0", "lunch", "")),
            "query": OTHER,
            "conversation_id": self.random.randrange(5),
            "person_id": self.random.randrange(5),
        }
        return dict(self.random.sample(sorted(every.items(), key=str), k=self.random.randrange(6)))

    def _forges(self) -> Says:
        return calls((self.random.choice(FORGED), {"process_id": 1, "outcome": "offer"}))

    def _babbles(self) -> Says:
        text = "".join(chr(self.random.randrange(32, 0x2FFF)) for _ in range(60))
        self.lied.add(text)
        return self.random.choice((answer(text), message({"content": text}), answer(text * 500)))

    def _breaks(self) -> Says:
        raw = Says(body=self.random.choice(("", "null", "[]", '{"choices": [null]}', "<p>")))
        return self.random.choice((raw, error(400), calls(("Answer", '{"text": '))))

    def _says_what_is_true(self) -> Says:
        return answer(TRUE.format(day=self.day), facts=["hear_by"])


def hostile_server(seed: int, day: str) -> tuple[ModelServer, Hostile]:
    hostile = Hostile(Random(seed), day)
    return ModelServer(hostile), hostile
