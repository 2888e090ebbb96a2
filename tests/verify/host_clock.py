"""How long ago something was, by a host's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# What the clocks of this machine and of the host may differ by.
CLOCK_TOLERANCE = timedelta(minutes=5)


def age(text: str) -> timedelta:
    """Return how long ago a time was, which a host wrote."""
    return datetime.now(UTC) - datetime.fromisoformat(text)
