from flask import Flask

from bot.web.live import routes
from bot.work.live import LiveBus
from tests.web.conftest import OpenHouse, Visitor

TOM = "recruiter@northwind.example"


def test_a_stream_names_what_changed(open_house: OpenHouse) -> None:
    bus = LiveBus()
    visitor = Visitor(open_house(bus=bus))
    visitor.sign_in(TOM)

    response = visitor.get("/live")
    lines = iter(response.response)
    first = next(lines)
    bus.announce({"inbox", "conversation:7"})
    second = next(lines)
    response.close()

    assert response.mimetype == "text/event-stream"
    assert (first, second) == (b"retry: 2000\n\n", b"data: conversation:7 inbox\n\n")
    assert bus.count() == 0


def test_a_stream_ends_when_the_process_does(open_house: OpenHouse) -> None:
    bus = LiveBus()
    visitor = Visitor(open_house(bus=bus))
    visitor.sign_in(TOM)

    lines = iter(visitor.get("/live").response)
    next(lines)
    bus.close()

    assert list(lines) == []
    assert list(visitor.get("/live").response) == [b"retry: 2000\n\n"]


def test_streams_are_for_the_team(stranger: Visitor) -> None:
    assert stranger.get("/live").status_code == 401


def test_late_pages_poll_and_room_comes_back(open_house: OpenHouse) -> None:
    site = open_house()
    visitor = Visitor(_with_room_for(site, 1))
    visitor.sign_in(TOM)

    first, second = visitor.get("/live"), visitor.get("/live")
    first.close()
    third = visitor.get("/live")
    third.close()

    assert [first.status_code, second.status_code, third.status_code] == [200, 204, 200]


def _with_room_for(site: Flask, streams: int) -> Flask:
    """The same site with fewer streams."""
    small = Flask("small")
    small.register_blueprint(routes(streams))
    site.view_functions["live.stream"] = small.view_functions["live.stream"]
    return site
