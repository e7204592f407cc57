"""Whether candidates can be reached by WhatsApp, and whether we hear them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from bot.assembly import meta_settings, twilio_settings
from bot.channels.meta_settings import MetaSettings
from bot.checking import templates_to_approve
from bot.doctor.findings import HERE, Finding, Health, some
from bot.domain.errors import CarrierAway
from bot.settings import Settings

SILENT = "no message leaves, and nothing is caught up on"
NOT_APPROVED = (
    "outside 24 hours after a candidate's last message these texts do not leave; they go "
    "by e-mail, or a recruiter writes. `app.py check --templates` prints them"
)


def whatsapp(settings: Settings) -> Iterator[Finding]:
    match settings.config.whatsapp.carrier:
        case "twilio":
            yield from _twilio(settings)
        case "meta":
            yield from _meta(settings)
        case _:
            means = "no candidate gets anything: choose `whatsapp.carrier: twilio`, or `meta`"
            yield Finding(Health.NOTE, "WhatsApp is simulated", means)


# --- Twilio -------------------------------------------------------------------------------


def _twilio(settings: Settings) -> Iterator[Finding]:
    from bot.channels.twilio import Twilio

    told = twilio_settings(settings)
    try:
        Twilio(told).check()
    except CarrierAway as error:
        yield Finding(Health.BROKEN, f"Twilio: {error}", SILENT)
    else:
        yield Finding(Health.OK, f"Twilio knows us; messages leave by {told.sender}")
    means = (
        f"for incoming messages, at Twilio, with all that stands behind the #: {told.messages_url}"
    )
    yield from _webhook(told.messages_url, means)
    contents, needed = set(told.contents), _needed()
    if missing := sorted(needed - contents):
        what = f"{len(missing)} of {len(needed)} templates have no ContentSid: {some(missing)}"
        yield Finding(Health.BROKEN, what, NOT_APPROVED)
    else:
        yield Finding(Health.OK, f"all {len(needed)} templates have a ContentSid")
    if unknown := sorted(contents - needed):
        means = "they are not used; look for a slip in the name"
        yield Finding(Health.NOTE, f"templates that no text asks for: {some(unknown)}", means)


# --- Meta ---------------------------------------------------------------------------------


def _meta(settings: Settings) -> Iterator[Finding]:
    from bot.channels.meta import Meta

    told = meta_settings(settings)
    channel = Meta(told)
    try:
        channel.check()
        yield Finding(Health.OK, f"Meta knows us; messages leave by {told.sender}")
        yield from _heard(channel.hears())
        at_meta = channel.templates()
    except CarrierAway as error:
        yield Finding(Health.BROKEN, f"Meta: {error}", "no message leaves")
    else:
        approved = {known for known, state in at_meta.items() if state == "APPROVED"}
        yield from _meta_templates(told, approved)
    means = (
        "at Meta, as the callback URL, with META_VERIFY_TOKEN and the fields of "
        f"docs/whatsapp-meta.md: {told.webhook_url}"
    )
    yield from _webhook(told.webhook_url, means)


def _heard(hears: bool) -> Iterator[Finding]:
    if not hears:
        means = "nothing that candidates write comes in: see step 4 of docs/whatsapp-meta.md"
        yield Finding(Health.BROKEN, "Meta: the account tells our app nothing", means)


def _meta_templates(told: MetaSettings, approved: Collection[object]) -> Iterator[Finding]:
    """What the settings claim, what Meta has approved, and what the texts need."""
    names = sorted(_needed())
    there = {name for name in names if told.approved(name, _language(told, name)) in approved}
    claimed = {name for name in names if told.has_template(name)}
    if refused := sorted(claimed - there):
        what = f"{len(refused)} templates of `meta.templates` are not approved: {some(refused)}"
        means = "they are refused; a recruiter is asked, or they go by e-mail"
        yield Finding(Health.BROKEN, what, means)
    if missing := sorted(set(names) - claimed):
        what = f"{len(missing)} of {len(names)} templates are not in `meta.templates`"
        yield Finding(Health.BROKEN, f"{what}: {some(missing)}", NOT_APPROVED)
    if unused := sorted(there - claimed):
        means = "add them to `meta.templates`: Meta has approved them"
        yield Finding(Health.NOTE, f"{len(unused)} templates may be used: {some(unused)}", means)
    if claimed == there == set(names):
        yield Finding(Health.OK, f"all {len(names)} templates are approved")


def _language(told: MetaSettings, name: str) -> str:
    return next((part for part in name.split(".") if part in told.languages), "")


# --- both ---------------------------------------------------------------------------------


def _needed() -> set[str]:
    return {str(json.loads(line)["name"]) for line in templates_to_approve()}


def _webhook(url: str, means: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in HERE:
        unsafe = "what candidates write would travel unencrypted"
        yield Finding(Health.BROKEN, "web.public_url does not begin with https:", unsafe)
    yield Finding(Health.NOTE, "the webhook to enter", means)
