"""Stand-ins at the outer edge: what we talk to and do not run ourselves."""
