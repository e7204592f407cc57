"""The doctor asks Meta, and says what is missing there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.meta_settings import LANGUAGES
from bot.clock import SystemClock
from bot.doctor import Finding, Health, examine
from bot.domain.deliveries import UNKNOWN
from bot.domain.ports import Notice
from bot.handoff.notices import Notices
from bot.store import Store
from tests.fakes.answers import Answer, Kind
from tests.fakes.meta import FakeMeta
from tests.fakes.meta_batches import SETTINGS
from tests.processes import approved, environment, meta_config


def at_meta(*, state: str = "APPROVED") -> list[dict[str, str]]:
    """Every template there is, as Meta lists it."""
    told = []
    for name in approved():
        language = next(part for part in name.split(".") if part in LANGUAGES)
        known = SETTINGS.approved(name, language)
        told.append({"name": known.name, "language": known.language, "status": state})
    return told


@pytest.fixture
def carrier() -> Iterator[FakeMeta]:
    with FakeMeta(templates=at_meta(), page=250) as carrier:
        yield carrier


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return meta_config(tmp_path, 8000)


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Store]:
    store = Store(sqlite_url)
    yield store
    store.close()


def found(config: Path, env: dict[str, str], health: Health) -> list[Finding]:
    return [one for one in examine(config, env) if one.health is health]


def broken(config: Path, env: dict[str, str]) -> list[Finding]:
    return found(config, env, Health.BROKEN)


def test_where_all_is_well_nothing_is_broken_and_the_webhook_is_named(
    config: Path, store: Store, carrier: FakeMeta
) -> None:
    env = environment(store.url, carrier.url)

    assert broken(config, env) == []
    assert f"all {len(approved())} templates are approved" in str(found(config, env, Health.OK)[-1])
    notes = "\n".join(str(one) for one in found(config, env, Health.NOTE))
    assert "http://127.0.0.1:8000/webhooks/meta" in notes


def test_missing_settings_are_all_that_is_said(config: Path, store: Store) -> None:
    env = environment(store.url) | {"META_APP_SECRET": "", "META_VERIFY_TOKEN": ""}

    named = [one.what.partition(":")[0] for one in broken(config, env)]

    assert named == ["META_APP_SECRET", "META_VERIFY_TOKEN"]


def test_a_token_that_is_refused_is_named(config: Path, store: Store, carrier: FakeMeta) -> None:
    env = environment(store.url, carrier.url) | {"META_ACCESS_TOKEN": "EAAother"}

    (only,) = broken(config, env)

    assert "our access token has expired" in only.what and "no message leaves" in only.means


@pytest.mark.parametrize("kind", [Kind.HTML, Kind.DROP, Kind.MALFORMED])
def test_a_meta_in_trouble_is_named(
    config: Path, store: Store, carrier: FakeMeta, kind: Kind
) -> None:
    carrier.will(Answer(kind=kind, status=502))

    (only,) = broken(config, environment(store.url, carrier.url))

    assert only.what.startswith("Meta: ")


def test_another_number_than_ours_is_named(config: Path, store: Store, carrier: FakeMeta) -> None:
    carrier.number = "+34 911 22 23 33"

    (only,) = broken(config, environment(store.url, carrier.url))

    assert "belongs to +34911222333" in only.what


def test_an_account_that_tells_our_app_nothing_is_named(
    config: Path, store: Store, carrier: FakeMeta
) -> None:
    carrier.apps = ()

    (only,) = broken(config, environment(store.url, carrier.url))

    assert "tells our app nothing" in only.what and "nothing that candidates write" in only.means


def test_templates_that_meta_has_not_approved_are_named(
    config: Path, store: Store, carrier: FakeMeta
) -> None:
    carrier.templates = [{**carrier.templates[0], "status": "PAUSED"}, *carrier.templates[1:]]

    (only,) = broken(config, environment(store.url, carrier.url))

    assert (
        only.what == f"1 templates of `meta.templates` are not approved: {next(iter(approved()))}"
    )


def test_templates_that_the_settings_leave_out_are_named(
    tmp_path: Path, store: Store, carrier: FakeMeta
) -> None:
    config = meta_config(tmp_path, templates=json.dumps(["thank_you.1.*"]))
    env = environment(store.url, carrier.url)

    (only,) = broken(config, env)

    assert "are not in `meta.templates`" in only.what
    assert any("may be used" in one.what for one in found(config, env, Health.NOTE))


def test_what_meta_says_and_nobody_understands_is_counted(
    config: Path, store: Store, carrier: FakeMeta
) -> None:
    clock = SystemClock()
    odd = Notice(id="1", kind="poll", raw="{}", at=clock.now(), why=UNKNOWN)
    Notices(store, clock).take(odd)

    notes = [one.what for one in found(config, environment(store.url, carrier.url), Health.NOTE)]

    assert "whatsapp: webhooks that mean nothing to us: poll (1)" in notes
