"""The story of the demo, played in a real browser: by the candidate and by the recruiter.

Screenshots of every step are kept in `var/screenshots`, or where HEARBACK_SCREENSHOTS says.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.processes import ROOT, running

WIDE = {"width": 1366, "height": 768}
NARROW = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SOON = 20_000
"""Milliseconds after which something that should appear is given up."""


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        yield browser
        browser.close()


@dataclass(frozen=True)
class Demo:
    url: str
    link: str


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with running(tmp_path / "log", env, "demo", "--port", "0") as process:
        said = process.says("/sign-in/")
        url = re.search(r"listens on (\S+)", said)
        link = re.search(r"Sign in: (\S+)", said)
        assert url and link
        yield Demo(url[1], link[1])


@pytest.fixture
def context(browser: Browser, demo: Demo) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
    context.set_default_timeout(SOON)
    expect.set_options(timeout=SOON)
    context.new_page().goto(demo.link)
    yield context
    context.close()


def picture(page: Page, name: str) -> None:
    """Keep what the page shows, on a laptop and on a phone."""
    folder = Path(os.environ.get("HEARBACK_SCREENSHOTS", ROOT / "var" / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.wait_for_timeout(150)
        page.screenshot(path=folder / f"{name}-{size['width']}.png", caret="initial")


def clean(page: Page) -> list[str]:
    """Collect what a page complains about: errors, refused scripts, requests to elsewhere."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type == "error" and "409" not in message.text
            else None
        ),
    )
    page.on(
        "request",
        lambda request: (
            complaints.append(f"asked {request.url}")
            if not request.url.startswith(("http://127.0.0.1:", "data:"))
            else None
        ),
    )
    return complaints


def open_candidate(page: Page, demo: Demo, name: str) -> None:
    page.goto(f"{demo.url}/phone")
    page.get_by_role("link", name=name).click()


def test_the_story_is_told_on_the_phone_and_in_the_inbox(
    context: BrowserContext, demo: Demo
) -> None:
    phone, inbox = context.pages[0], context.new_page()
    complaints = clean(phone)
    more_complaints = clean(inbox)

    # The thank-you appears on the phone, with a topic from the notes.
    open_candidate(phone, demo, "Daniel Okafor")
    screen = phone.locator("#screen")
    expect(screen).to_contain_text("event-driven design")
    expect(screen).to_contain_text("automated assistant of Northwind Labs")
    picture(phone, "phone-thank-you")

    # The candidate asks; the recruiter sees it live, and the bot answers.
    inbox.goto(f"{demo.url}/inbox")
    inbox.get_by_role("link", name="Daniel Okafor").first.click()
    phone.bring_to_front()
    phone.locator("#phone-composer textarea").fill("What happens next?")
    phone.locator("#phone-composer").get_by_role("button", name="Send").click()
    expect(inbox.locator("#thread")).to_contain_text("What happens next?")
    expect(screen).to_contain_text("You will hear from us by")
    inbox.bring_to_front()
    expect(inbox.locator("#window")).to_contain_text("free text for another 2")
    picture(inbox, "inbox-thread")

    # She takes over: the bot is silent.
    inbox.locator("#take").click()
    expect(inbox.locator("#state")).to_contain_text("You hold this conversation")
    phone.locator("#phone-composer textarea").fill("And who decides?")
    phone.locator("#phone-composer").get_by_role("button", name="Send").click()
    expect(inbox.locator("#thread")).to_contain_text("And who decides?")
    inbox.wait_for_timeout(4_000)
    expect(screen.locator("article").last).to_contain_text("And who decides?")
    inbox.locator("#composer textarea").fill("Tom does, with Ana. I will write as soon as I know.")
    inbox.locator("#composer").get_by_role("button", name="Send").click()
    expect(screen).to_contain_text("Tom does, with Ana.")
    expect(inbox.locator("#thread")).to_contain_text("Tom does, with Ana.")
    picture(inbox, "inbox-taken")

    # She gives it back, and two days later the status update comes.
    inbox.locator("#give-back").click()
    inbox.locator("#note").fill("Told him who decides.")
    inbox.locator("#release").get_by_role("button", name="Release").click()
    expect(inbox.locator("#state")).to_contain_text("The bot answers")
    expect(inbox.locator("#thread")).to_contain_text("gave the conversation back")
    jump(phone, "+2 days")
    expect(screen).to_contain_text("Your application is open")
    picture(phone, "phone-status-update")
    picture(inbox, "inbox-closed-window")
    expect(inbox.locator("#window")).to_contain_text("24-hour window is closed")
    expect(inbox.locator("#composer textarea")).to_be_disabled()

    # The decision is released; the next step arrives, with its link.
    inbox.get_by_text("Release decision…").click()
    picture(inbox, "inbox-release")
    inbox.get_by_role("button", name="Release decision", exact=True).click()
    jump(phone, "+1 hour")
    expect(screen).to_contain_text("https://meet.northwind.example/slots/app-1")

    # The dashboard, open beside it, counts what is read and said while it happens.
    figures = context.new_page()
    complaints_of_figures = clean(figures)
    figures.goto(f"{demo.url}/dashboard")
    expect(figures.locator("#tiles")).to_contain_text("no answers yet")

    # A week later: the survey, a score, a comment.
    jump(phone, "+7 days")
    jump(phone, "+1 day")
    expect(screen).to_contain_text("10 (absolutely)")
    phone.locator(".chips").get_by_role("button", name="9").click()
    expect(screen).to_contain_text("Thank you for the 9")
    phone.locator("#phone-composer textarea").fill("Everybody was on time")
    phone.locator("#phone-composer").get_by_role("button", name="Send").click()
    expect(screen).to_contain_text("noted just as you wrote it")
    expect(figures.locator("#tiles")).to_contain_text("+100")
    expect(figures.locator("#survey")).to_contain_text("Everybody was on time")
    picture(figures, "dashboard")
    figures.emulate_media(color_scheme="dark")
    picture(figures, "dashboard-dark")
    figures.locator("#flows").get_by_role("row", name="Next step").get_by_role("link").first.click()
    expect(figures.get_by_role("link", name="Daniel Okafor")).to_be_visible()
    picture(figures, "dashboard-messages")

    # And STOP is STOP.
    phone.locator(".chips").get_by_role("button", name="STOP").click()
    expect(screen).to_contain_text("no more WhatsApp messages")
    expect(inbox.locator("#about")).to_contain_text("opted out")
    picture(phone, "phone-end")
    picture(inbox, "inbox-end")
    assert complaints + more_complaints + complaints_of_figures == []


def jump(phone: Page, label: str) -> None:
    phone.bring_to_front()
    button = phone.locator("#jumps").get_by_role("button", name=label)
    with phone.expect_response(lambda response: "/clock" in response.url or "jump" in response.url):
        button.click()


@pytest.mark.parametrize(
    ("name", "words"),
    [("Lucía Fernández", "accesibilidad"), ("Beatriz Souza", "qualidade de dados")],
)
def test_every_candidate_is_written_to_in_their_own_language(
    context: BrowserContext, demo: Demo, name: str, words: str
) -> None:
    phone = context.pages[0]

    open_candidate(phone, demo, name)
    jump(phone, "+1 hour")

    expect(phone.locator("#screen")).to_contain_text(words)
    picture(phone, f"phone-{name.split()[0].lower()}")


def test_the_inbox_finds_words_and_puts_conversations_off(
    context: BrowserContext, demo: Demo
) -> None:
    inbox = context.pages[0]
    complaints = clean(inbox)
    inbox.goto(f"{demo.url}/inbox")

    # The slash leads to the search; what is typed stays there.
    inbox.keyboard.press("/")
    inbox.keyboard.type("accesib")
    inbox.keyboard.press("Enter")
    expect(inbox.locator("#rows li")).to_have_count(1)
    expect(inbox.locator("#rows")).to_contain_text("Lucía")
    inbox.get_by_text("Filter").click()
    inbox.get_by_label("Language").select_option(label="English")
    inbox.get_by_role("button", name="Show").click()
    expect(inbox.locator("#rows")).to_contain_text("Nothing here has all of that")
    picture(inbox, "inbox-filtered")
    inbox.get_by_role("link", name="Show everything").click()

    # Who holds a conversation may put it off.
    inbox.get_by_role("link", name="Daniel Okafor").first.click()
    inbox.locator("#take").click()
    expect(inbox.locator("#snooze")).to_be_visible()
    inbox.keyboard.press("z")
    inbox.emulate_media(color_scheme="dark")
    picture(inbox, "inbox-snooze")
    inbox.get_by_role("button", name="Until the next working day").click()
    expect(inbox.locator("#state")).to_contain_text("Snoozed until")
    expect(inbox.locator("#rows")).to_contain_text("Snoozed until")
    inbox.locator("#tabs").get_by_role("link", name="Mine").click()
    expect(inbox.locator("#rows")).to_contain_text("You hold no conversation")
    inbox.go_back()
    inbox.locator("#wake").click()
    expect(inbox.locator("#state")).not_to_contain_text("Snoozed")
    picture(inbox, "inbox-awake")
    assert complaints == []


def test_colleagues_leave_notes_and_have_words_ready(context: BrowserContext, demo: Demo) -> None:
    inbox = context.pages[0]
    complaints = clean(inbox)
    open_candidate(inbox, demo, "Daniel Okafor")
    inbox.locator("#phone-composer textarea").fill("Can I bring my dog to the office?")
    inbox.locator("#phone-composer").get_by_role("button", name="Send").click()
    inbox.goto(f"{demo.url}/inbox")
    inbox.get_by_role("link", name="Daniel Okafor").first.click()

    # A note stands among the messages; nobody else reads it.
    expect(inbox.locator("#state")).to_contain_text("Needs a person")
    inbox.keyboard.press("n")
    inbox.keyboard.type("@dana: he would bring a dog. Is that all right?")
    picture(inbox, "inbox-note-written")
    inbox.locator("#note-form").get_by_role("button", name="Note", exact=True).click()
    expect(inbox.locator(".jotted")).to_contain_text("he would bring a dog")

    # A slash in an empty reply offers words that are ready; they can be changed before they leave.
    inbox.keyboard.press("r")
    inbox.keyboard.type("/")
    picture(inbox, "inbox-ready")
    inbox.get_by_role("button", name="I will find out").click()
    expect(inbox.locator("#text")).to_have_value(re.compile("Good question, Daniel"))
    inbox.keyboard.type(" Dogs are fine with me!")
    inbox.keyboard.press("Enter")
    expect(inbox.locator("#thread")).to_contain_text("Dogs are fine with me!")
    expect(inbox.locator("#thread")).to_contain_text("Keep it as a promise")
    inbox.emulate_media(color_scheme="dark")
    picture(inbox, "inbox-noted")
    assert complaints == []


def test_without_a_session_there_is_only_the_door(browser: Browser, demo: Demo) -> None:
    context = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
    page = context.new_page()

    page.goto(f"{demo.url}/inbox")

    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_label(re.compile("Password", re.I))).to_be_visible()
    picture(page, "sign-in")
    page.goto(demo.link)
    page.goto(f"{demo.url}/inbox")
    expect(page.get_by_role("link", name="Daniel Okafor").first).to_be_visible()
    context.close()
