"""Our webhooks on loopback, for a carrier to call: what they let in is kept in lists."""

import threading
from collections.abc import Callable
from typing import Self

from flask import Flask
from werkzeug.serving import make_server

from bot.channels.meta_settings import MetaSettings
from bot.channels.twilio_settings import TwilioSettings
from bot.domain.ports import Clock, Echo, Inbound, Notice, Report
from bot.web.meta import Takers, meta_webhooks
from bot.web.webhooks import webhooks

POLL = 0.02
"""Seconds until the server notices that it should stop."""


class Listener:
    """Listens from `with` on. Name its address in the settings that it gets with `believe`."""

    def __init__(self, clock: Clock) -> None:
        self.inbounds: list[Inbound] = []
        self.reports: list[Report] = []
        self.notices: list[Notice] = []
        self.echoes: list[Echo] = []
        self._clock = clock
        self._app = Flask("listener")
        self._server = make_server("127.0.0.1", 0, self._app, threaded=True)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL,), daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def believe(
        self,
        settings: TwilioSettings,
        receive: Callable[[Inbound], object] | None = None,
        settle: Callable[[Report], object] | None = None,
    ) -> None:
        """Let in what these settings sign; `receive` and `settle` stand in for the lists."""
        self._app.register_blueprint(
            webhooks(
                settings,
                receive or self.inbounds.append,
                settle or self.reports.append,
                self._clock,
                alarm=lambda: None,
            )
        )

    def believe_meta(self, settings: MetaSettings) -> None:
        """Let in what Meta signs with these settings."""
        takers = Takers(
            receive=self.inbounds.append,
            echo=self.echoes.append,
            settle=self.reports.append,
            notice=self.notices.append,
        )
        self._app.register_blueprint(
            meta_webhooks(settings, takers, self._clock, alarm=lambda: None)
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
