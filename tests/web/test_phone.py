import pytest

from bot.channels.moods import Behaviour
from tests.factories import HOUR, NOON, completed
from tests.web.conftest import Visitor
from tests.world import World


@pytest.fixture
def told(home: World) -> World:
    home.happens(completed())
    home.passes(2 * HOUR)
    return home


def test_the_phone_shows_only_what_arrived(home: World, recruiter: Visitor) -> None:
    home.happens(completed())
    assert "phone-theirs" not in recruiter.page("/phone/1")

    home.passes(2 * HOUR)

    assert "phone-theirs" in recruiter.page("/phone/1")


def test_what_is_written_on_the_phone_is_answered(told: World, recruiter: Visitor) -> None:
    recruiter.send("POST", "/phone/1/messages", text="What happens next?")
    told.passes(HOUR)

    page = recruiter.page("/phone/1")
    assert "phone-mine" in page and page.count("phone-theirs") == 2


@pytest.mark.parametrize("text", ["", "  \n", "x" * 65_537])
def test_the_phone_refuses_what_nobody_can_send(told: World, recruiter: Visitor, text: str) -> None:
    assert recruiter.send("POST", "/phone/1/messages", text=text).status_code == 422


def test_the_clock_moves_by_hours_and_sends_what_was_due(home: World, recruiter: Visitor) -> None:
    home.happens(completed())

    recruiter.send("POST", "/clock/jumps", hours=72)

    assert home.clock.now() == NOON + 72 * HOUR
    assert home.kinds() == ["thank_you", "status_update"]


def test_the_clock_moves_to_the_next_message(home: World, recruiter: Visitor) -> None:
    home.happens(completed())

    recruiter.send("POST", "/clock/jumps", to="next")

    assert home.kinds() == ["thank_you"]


@pytest.mark.parametrize("hours", ["", "-1", "0", "nan", "inf", "9999", "soon"])
def test_the_clock_never_goes_back(home: World, recruiter: Visitor, hours: str) -> None:
    assert recruiter.send("POST", "/clock/jumps", hours=hours).status_code == 422
    assert home.clock.now() == NOON


def test_without_a_plan_there_is_no_next_message(recruiter: Visitor) -> None:
    assert recruiter.send("POST", "/clock/jumps", to="next").status_code == 409


def test_the_carrier_can_be_made_to_fail(told: World, recruiter: Visitor) -> None:
    recruiter.send("PUT", "/carrier", mood="loses")

    assert told.carrier.mood.behaviour is Behaviour.LOSES
    assert not told.carrier.read_receipts
    assert '<option value="loses" selected>' in recruiter.page("/phone/1")
    assert recruiter.send("PUT", "/carrier", mood="odd").status_code == 422


def test_an_empty_demo_says_so(recruiter: Visitor) -> None:
    answer = recruiter.get("/phone")

    assert answer.status_code == 404 and "There are no candidates yet." in answer.text
