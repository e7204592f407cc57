"""Where events come from: each source turns its own shapes into `domain.events.Event`."""
