"""The event logs of a practice host."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Level = Literal["Information", "Warning", "Error"]

_SOURCES_OF_WINDOWS = {"Service Control Manager": "System"}


@dataclass(frozen=True)
class Event:
    """One entry of an event log.

    Attributes:
        log: the log it stands in, such as System.
        source: who wrote it, such as Service Control Manager.
        event_id: number of the event within its source.
        level: how serious it is.
        message: the text.
        time: when it was written, UTC.
    """

    log: str
    source: str
    event_id: int
    level: Level
    message: str
    time: datetime


class EventLog:
    """All event logs of a host, in the order of writing."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._logs = {source.upper(): log for source, log in _SOURCES_OF_WINDOWS.items()}
        self._lock = threading.Lock()

    def log_of(self, source: str) -> str | None:
        """Return the log that a source, in any case, is registered for; None for no such source."""
        return self._logs.get(source.upper())

    def register(self, source: str, log: str) -> None:
        """Register a source for a log."""
        self._logs[source.upper()] = log

    def unregister(self, source: str) -> None:
        """Remove a source, if there is one; its entries stay."""
        self._logs.pop(source.upper(), None)

    def write(self, log: str, source: str, event_id: int, level: Level, message: str) -> None:
        """Add an entry with the time of now."""
        with self._lock:
            self._events.append(Event(log, source, event_id, level, message, datetime.now(UTC)))

    def find(self, *, source: str | None = None, event_id: int | None = None) -> list[Event]:
        """Return the entries of a source and number, oldest first; None means any."""
        with self._lock:
            events = list(self._events)
        return [
            event
            for event in events
            if (source is None or event.source == source) and (event_id is None or event.event_id == event_id)
        ]
