"""The lattice of delivery reports: late and repeated reports never move a message back."""

from bot.domain.model import State

RANK = {
    State.SENDING: 0,
    State.UNKNOWN: 0,
    State.ACCEPTED: 1,
    State.SENT: 2,
    State.DELIVERED: 3,
    State.READ: 4,
}


def after(state: State, report: State) -> State:
    """Return the state of an outbound message after a carrier's report.

    A report is one of accepted, sent, delivered, read, failed. `failed` only overrides
    what was not delivered, and yields to a later `delivered` or `read` (a candidate with
    two phones). A message that never began to leave is not moved by any report.
    """
    if state is State.FAILED:
        return report if RANK.get(report, 0) >= RANK[State.DELIVERED] else state
    if state not in RANK:
        return state
    if report is State.FAILED:
        return report if RANK[state] < RANK[State.DELIVERED] else state
    return report if RANK.get(report, 0) > RANK[state] else state
