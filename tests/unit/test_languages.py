"""Which language a candidate asks for."""

import pytest

from bot.answering.languages import asked_for


@pytest.mark.parametrize(
    ("text", "written_in", "wanted"),
    [
        ("Can we write in Spanish please?", "en", "es"),
        ("podemos seguir en inglés?", "es", "en"),
        ("Pode ser em português?", "pt", "pt"),
        ("I prefer Portuguese", "en", "pt"),
        ("I don't speak Spanish, sorry", "en", "en"),
        ("No hablo inglés", "es", "es"),
        ("não falo muito bem inglês, pode ser espanhol?", "pt", "es"),
        ("en castellano mejor", "es", "es"),
        ("please switch the language", "en", "en"),
        ("can we do this in French?", "en", ""),
        ("¿me pueden escribir en catalán?", "es", ""),
        ("not in German, in English please", "en", "en"),
        ("sorry, my English isn't great", "en", "en"),
    ],
)
def test_a_language_is_asked_for_by_its_name(text: str, written_in: str, wanted: str) -> None:
    assert asked_for(text, written_in) == wanted
