import pytest

from bot.web.visible import folds, one_line, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a <b>", "a &lt;b&gt;"),
        ("hi\x07", 'hi<span class="odd">U+0007</span>'),
        ("a\u202eb", 'a<span class="odd">right-to-left override</span>b'),
        ("a\u200bb", 'a<span class="odd">zero width space</span>b'),
        ("\U000e0068\U000e0069", '<span class="odd">hidden: hi</span>'),
        ("\U000e003c\U000e0062\U000e003e", '<span class="odd">hidden: &lt;b&gt;</span>'),
        ("x\U000e0100\U000e0101", 'x<span class="odd">2 hidden</span>'),
        ("one\r\ntwo\u2028three", "one\ntwo\nthree"),
        ("\ud800", "?"),
        ("مرحبا", "مرحبا"),
        ("👩‍👩‍👧 ❤️", "👩‍👩‍👧 ❤️"),
        ("🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f!", None),
    ],
)
def test_nothing_hidden_stays_hidden(text: str, shown: str | None) -> None:
    assert visible(text) == (text if shown is None else shown)


def test_long_texts_fold_between_words() -> None:
    assert folds("short") == 0
    assert 700 <= folds("word " * 1000) <= 800
    assert folds("x" * 5000) == 700
    assert 0 < folds("line\n" * 100) < 100


def test_a_list_shows_one_line() -> None:
    assert one_line(" a\n\nb\u202e\x00 c\U000e0041 ") == "a b c"
