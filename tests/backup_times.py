"""A backup of another time: what a host has whose clock was wrong when the backup was taken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256

RECORDS = ("manifest.json", "rehearsal.json")


def in_days(days: float) -> datetime:
    """Return the time in so many days, or that many days ago when it is negative."""
    return datetime.now(UTC) + timedelta(days=days)


def name_of(time: datetime) -> str:
    """Return the name of a backup of a time."""
    return f"{time:%Y%m%dT%H%M%SZ}"


def text_of(time: datetime) -> str:
    """Return a time as the records write it."""
    return f"{time:%Y-%m-%dT%H:%M:%S}.0000000Z"


def retaken(files: Mapping[str, bytes], time: datetime) -> dict[str, bytes]:
    """Return the files of a backup, by their names, as if it had been taken and rehearsed at another time."""
    manifest, rehearsal = (json.loads(files[name]) for name in RECORDS)
    manifest |= {"Name": name_of(time), "TakenUtc": text_of(time)}
    written = json.dumps(manifest).encode()
    return {
        **files,
        "manifest.json": written,
        "manifest.sha256": sha256(written).hexdigest().encode(),
        "rehearsal.json": json.dumps(rehearsal | {"RehearsedUtc": text_of(time)}).encode(),
    }
