"""What happens: stages as data, scripted conversations as rasa_sdk actions."""

from collections.abc import Sequence

from rasa_sdk import Action


def actions() -> Sequence[Action]:
    """Return every scripted conversation."""
    from flows.consent import ActionConsent
    from flows.identity import ActionIdentity
    from flows.reschedule import ActionReschedule
    from flows.survey import ActionSurvey

    return [ActionSurvey(), ActionReschedule(), ActionIdentity(), ActionConsent()]
