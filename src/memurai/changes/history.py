"""Which earlier configurations a host keeps, under which names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

NAME = re.compile(r"(\d{8}T\d{6})(\d{3})Z-([0-9a-f]{8})\.conf")
KEPT = 10
# As much as Kerberos lets the clocks of a domain differ.
TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class History:
    """What is kept of earlier configurations, and what of the present one is to be.

    folder: where. names: of what stands there. sha256: of the present file, None without one. now: the time.
    """

    folder: str
    names: tuple[str, ...]
    sha256: str | None
    now: datetime

    @property
    def listed(self) -> list[str]:
        """The names of earlier configurations, the newest first, and after them those of the future."""
        return ordered(self.names, self.now)

    @property
    def known(self) -> list[str]:
        """The names of earlier configurations, the newest first; those of the future are none."""
        return [name for name in self.listed if _time(name, self.now) is not None]

    @property
    def is_kept(self) -> bool:
        """Whether the newest of them is the present file."""
        newest = next(iter(self.known), "")
        return self.sha256 is not None and newest.endswith(f"-{self.sha256[:8]}.conf")

    @property
    def entry(self) -> str | None:
        """Path at which the present file is kept, or will be; None without one."""
        if self.sha256 is None:
            return None
        return f"{self.folder}/{self.known[0] if self.is_kept else self._new_name}"

    @property
    def outlived(self) -> list[str]:
        """Paths of those that go when the present file is one of them."""
        known = self.known if self.is_kept or self.sha256 is None else ["", *self.known]
        return [f"{self.folder}/{name}" for name in known[KEPT:]]

    def after(self, sha256: str) -> Self:
        """Return what is kept once the present file has been replaced by another one."""
        name = (self.entry or "").rpartition("/")[2]
        names = dict.fromkeys((*self.names, *([name] if name else [])))
        return replace(self, names=tuple(names), sha256=sha256)

    @property
    def _new_name(self) -> str:
        # A clock that was set back may live through the same moment again.
        newest = _time(self.known[0], self.now) if self.known else None
        moment = self.now if newest is None else max(self.now, newest + timedelta(milliseconds=1))
        time = f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}Z"
        return f"{time}-{(self.sha256 or '')[:8]}.conf"


def ordered(names: Iterable[str], now: datetime) -> list[str]:
    """Return the names of earlier configurations, the newest first, and after them those that were kept in the future.

    Their clock was wrong, or is.
    """
    found = sorted(filter(NAME.fullmatch, names), reverse=True)
    return sorted(found, key=lambda name: _time(name, now) is None)


def _time(name: str, now: datetime) -> datetime | None:
    """Return when a configuration was kept; None when that was in the future or at no time."""
    match = NAME.fullmatch(name)
    try:
        kept = datetime.strptime(match[1] if match else "", "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    milliseconds = int(match[2]) if match else 0
    return None if kept > now + TOLERANCE else kept + timedelta(milliseconds=milliseconds)
