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


def stored(time: datetime, *, rehearsal: bool | None = None, rehearsed: datetime | None = None) -> dict[str, bytes]:
    """Return the files of a backup of an empty server, by their names.

    time: when it was taken. rehearsal: how that ended; none: there was none. rehearsed: when, if not at the same time.
    """
    dump = {"Path": "dump.rdb", "SizeBytes": 0, "Sha256": sha256(b"").hexdigest()}
    manifest = {
        "Name": name_of(time),
        "Host": "web1",
        "Service": "Memurai",
        "Role": "master",
        "ServerVersion": "7.2",
        "TakenUtc": text_of(time),
        "Keys": 0,
        "DurationSeconds": 1,
        "Files": [dump],
    }
    record = {
        "Ok": rehearsal,
        "Reason": None,
        "Keys": 0,
        "RehearsedUtc": text_of(rehearsed or time),
        "DurationSeconds": 1,
    }
    return {
        "dump.rdb": b"",
        **signed(json.dumps(manifest).encode()),
        **({} if rehearsal is None else {"rehearsal.json": json.dumps(record).encode()}),
    }


def signed(manifest: bytes) -> dict[str, bytes]:
    """Return a manifest and its digest, by their names."""
    return {"manifest.json": manifest, "manifest.sha256": sha256(manifest).hexdigest().encode()}


def retaken(files: Mapping[str, bytes], time: datetime) -> dict[str, bytes]:
    """Return the files of a backup, by their names, as if it had been taken and rehearsed at another time."""
    manifest, rehearsal = (json.loads(files[name]) for name in RECORDS)
    manifest |= {"Name": name_of(time), "TakenUtc": text_of(time)}
    return {
        **files,
        **signed(json.dumps(manifest).encode()),
        "rehearsal.json": json.dumps(rehearsal | {"RehearsedUtc": text_of(time)}).encode(),
    }
