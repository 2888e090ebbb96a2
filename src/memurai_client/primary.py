"""The primary that Sentinels name, for threads."""

from __future__ import annotations

from memurai_client.sentinels import Sentinels


class SentinelPrimary(Sentinels[tuple[str, int]]):
    """The primary that Sentinels name; `Sentinels` describes its arguments."""

    def _discover(self) -> tuple[str, int]:
        host, port = self._sentinel.discover_master(self._service)
        return str(host), int(port)

    def address(self, seconds: float) -> tuple[str, int]:
        """Return host and port of the primary, as the Sentinels say now.

        seconds: how long to wait for other threads that are asking already.

        Raises MasterNotFoundError, one of redis-py's ConnectionErrors, when no Sentinel names one.
        """
        return self.answer(seconds)
