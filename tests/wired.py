"""The whole house on a virtual clock, with Twilio's real client on a carrier that speaks HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import app
from bot.assembly import build
from bot.channels.twilio import Twilio, TwilioSettings
from bot.clock import VirtualClock
from bot.domain.model import MessageId
from bot.settings import load_settings
from bot.work.rounds import Rounds
from bot.work.stepper import Stepper
from tests.factories import NOON
from tests.fakes.carrier import Carrier
from tests.fakes.listener import Listener
from tests.fakes.taken import Taken
from tests.fakes.twilio_forms import ACCOUNT, SENDER, TOKEN
from tests.processes import approved
from tests.tables import make_tables
from tests.world import Told, dana, opened, script


class Wired(Told[Carrier]):
    def reports(self, taken: Taken, *statuses: str, code: str = "") -> None:
        """The carrier calls our webhook, and what follows from it happens."""
        answers = self.carrier.report(taken, *statuses, code=code)
        assert answers == [200] * len(statuses)
        self.stepper.settle_now()

    def catches_up(self) -> None:
        """The rounds are gone, wherever their time has come."""
        Rounds(self.store, self.clock, self.hearback.rounds)()
        self.stepper.settle_now()

    @property
    def last_inbound(self) -> MessageId | None:
        with self.store.read() as tx:
            return tx.history.last_inbound(self.conversation)


@contextmanager
def wired(
    database_url: str, at: datetime = NOON, address: Callable[[Carrier], str] | None = None
) -> Iterator[Wired]:
    """Open the house at a moment. `address` says where the carrier is looked for, if not there."""
    settings = load_settings(app.CONFIG, {})
    make_tables(database_url)
    store = opened(database_url)
    clock = VirtualClock(at)
    texts = script().words.templates(script().stages)
    contents = {sid: texts.get(name, "") for name, sid in approved().items()}
    with Carrier(now=clock.now, contents=contents) as carrier, Listener(clock) as listener:
        twilio = TwilioSettings(
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            sender=SENDER,
            public_url=listener.url,
            contents=approved(),
            api_url=address(carrier) if address else carrier.url,
            timeout=0.5,
        )
        hearback = build(settings, store, clock, Twilio(twilio), app.actions, script=script())
        listener.believe(twilio, hearback.receiver.receive, hearback.settler.report)
        intake = hearback.intake
        stepper = Stepper(store, clock, hearback.turn, intake.plan, intake.watch, lambda: None)
        yield Wired(hearback, clock, carrier, stepper, dana(store, at))
    store.close()
