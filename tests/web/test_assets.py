import hashlib
import re

from bot.web.assets import find
from tests.web.conftest import Visitor


def test_htmx_is_the_file_we_know() -> None:
    known = "491955cd1810747d7d7b9ccb936400afb760e06d25d53e4572b64b6563b2784e"

    assert hashlib.sha256(find("htmx.js").read_bytes()).hexdigest() == known


def test_everything_a_page_needs_comes_from_here_and_is_kept_for_long(
    recruiter: Visitor,
) -> None:
    urls = re.findall(r'(?:src|href)="(/assets/[^"]+)"', recruiter.page("/inbox"))

    assert {url.rpartition("/")[2] for url in urls} >= {"htmx.js", "bootstrap.css", "live.js"}
    for url in urls:
        answer = recruiter.get(url)
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert "immutable" in answer.headers["Cache-Control"]


def test_style_sheets_travel_compressed(stranger: Visitor) -> None:
    url = next(u for u in re.findall(r'href="([^"]+)', stranger.page("/sign-in")) if "boot" in u)

    small = stranger.client.get(url, headers={"Accept-Encoding": "gzip"})
    plain = stranger.client.get(url)

    assert small.headers["Content-Encoding"] == "gzip"
    assert len(small.data) < len(plain.data) / 4


def test_unknown_assets_are_not_found(stranger: Visitor) -> None:
    assert stranger.get("/assets/0/..%2f__init__.py").status_code == 404
    assert stranger.get("/assets/0/nothing.js").status_code == 404
