"""Ways to a candidate's phone: one file per carrier, all of them behind `ports.Channel`."""
