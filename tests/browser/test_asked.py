"""A colleague opens a link in a real browser, on a phone and on a laptop, and taps."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from bot.domain.asks import Kind
from bot.web import create_app
from bot.web.house import House
from bot.work.live import LiveBus
from tests.browser.test_demo import FLAGS, NARROW, SOON, WIDE, clean, picture
from tests.factories import DAY, HOUR, NOON, colleague, event, interview
from tests.world import World, world

ANA = "ana@northwind.example"


@dataclass(frozen=True)
class Site:
    url: str
    world: World

    def page_of(self, kind: str) -> str:
        (row,) = self.world.rows(kind)
        return f"{self.url}/a/{self.world.link(row)}"


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Site]:
    with world(sqlite_url) as one:
        ana = colleague(consents=[])
        told = interview(interviewers=[ana], topics=[])
        one.happens(event("interview.scheduled", NOON - DAY, interview=told))
        hearback = one.hearback
        app = create_app(
            House(
                store=one.store,
                clock=one.clock,
                company=hearback.company,
                desk=hearback.desk,
                importing=hearback.importing,
                noting=hearback.noting,
                ready=hearback.ready,
                previews=hearback.previews,
                mending=hearback.mending,
                snoozing=hearback.snoozing,
                identities=hearback.identities,
                receive_event=hearback.receive_event,
                sheets=hearback.sheets,
                choices=hearback.choices,
                appointments=hearback.appointments,
                bus=LiveBus(),
                secret_key="only for tests",
            )
        )
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield Site(f"http://127.0.0.1:{server.server_port}", one)
        server.shutdown()
        server.server_close()


@pytest.fixture(params=[(NARROW, "light"), (WIDE, "dark")], ids=["phone", "laptop"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    size, scheme = request.param
    context = browser.new_context(viewport=size, color_scheme=scheme)
    context.set_default_timeout(SOON)
    expect.set_options(timeout=SOON)
    yield context.new_page()
    context.close()


def test_an_interviewer_answers_with_a_word_and_a_tap(site: Site, page: Page) -> None:
    complaints = clean(page)
    page.goto(site.page_of("question"))
    expect(page.get_by_role("heading", level=1)).to_have_text("A question for you")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, "asked-one")
    page.get_by_label("One thing you talked about").fill("event-driven design")
    page.get_by_role("button", name="It took place").click()

    expect(page.get_by_text("it took place; you talked about event-driven design")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    assert page.context.cookies() == []
    assert complaints == []
    site.world.passes(HOUR)
    assert "event-driven design" in site.world.last


def test_a_batch_is_answered_question_by_question(site: Site, page: Page) -> None:
    complaints = clean(page)
    site.world.asks(Kind.DECISION, ANA, about="onsite")
    site.world.asks(Kind.REASON, ANA, about="update-3")
    site.world.passes(HOUR)

    page.goto(site.page_of("questions"))
    picture(page, "asked-several")
    page.get_by_role("button", name="By Friday, 27 November").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A question for you")
    page.get_by_label("Or in your own words").fill("The panel meets on Monday.")
    page.get_by_role("button", name="Give this reason").click()

    expect(page.get_by_text("Everything here is answered.")).to_be_visible()
    picture(page, "asked-done")
    assert complaints == []
