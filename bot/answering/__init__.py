"""Ways to answer a candidate: from the facts offline, or along a scripted conversation."""
