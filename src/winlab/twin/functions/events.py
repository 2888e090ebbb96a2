"""Twins of the functions about event logs."""

from datetime import datetime
from typing import Literal

from winlab.twin.errors import TwinError
from winlab.twin.functions.host import iso_time
from winlab.twin.registry import Output, twin
from winlab.windows.machine import Machine

_LOG = "Application"
_SOURCE = r"""^[^'"\\]{1,200}$"""
_LONGEST_MESSAGE = 31000


@twin("Write-WinEvent", "Source", "EventId", source=_SOURCE, event_id=range(1, 65536))
def write_win_event(
    machine: Machine,
    *,
    source: str,
    event_id: int,
    entry_type: Literal["Information", "Warning", "Error"],
    message: str,
) -> Output:
    """Write an entry into the Application log."""
    found = machine.events.log_of(source)
    if found is None:
        machine.events.register(source, _LOG)
    elif found != _LOG:
        text = f"Expected the event source '{source}' in the log {_LOG}, found it in '{found}'."
        raise TwinError(f"{text} Choose another source.")
    machine.events.write(_LOG, source, event_id, entry_type, message[:_LONGEST_MESSAGE])
    return {"Source": source, "EventId": event_id}


@twin(
    "Get-WinEventEntry",
    "Source",
    "Entries",
    source=_SOURCE,
    newest=range(1, 1001),
    since_utc=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z$",
)
def get_win_event_entry(machine: Machine, *, source: str, newest: int = 20, since_utc: str | None = None) -> Output:
    """Return the newest entries of a source in the Application log."""
    since = None if since_utc is None else datetime.fromisoformat(since_utc)
    found = [
        event
        for event in reversed(machine.events.find(source=source))
        if event.log == _LOG and (since is None or event.time >= since)
    ]
    entries = [
        {
            "EventId": event.event_id,
            "EntryType": event.level,
            "TimeUtc": iso_time(event.time),
            "Message": event.message.rstrip(),
        }
        for event in found[:newest]
    ]
    return {"Source": source, "Entries": entries}
