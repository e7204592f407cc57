"""The engine: alarms become hints, hints become turns, and a turn holds a lease."""
