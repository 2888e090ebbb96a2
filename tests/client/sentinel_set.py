"""A primary, a replica, and three Sentinels that watch them: real processes on loopback."""

from __future__ import annotations

from pathlib import Path

import redis
from practice_server import HOST, PracticeServer, wait_until

SERVICE = "main"
QUORUM = 2


class SentinelSet:
    """Servers and Sentinels.

    folder: where each has a folder.
    """

    def __init__(self, folder: Path) -> None:
        self.primary = PracticeServer(folder / "primary", f"replica-announce-ip {HOST}", "repl-diskless-sync-delay 0")
        self.replica = PracticeServer(
            folder / "replica",
            f"replicaof {self.primary.host} {self.primary.port}",
            f"replica-announce-ip {HOST}",
        )
        self.sentinels = [self._sentinel(folder / f"sentinel-{number}") for number in range(3)]

    def _sentinel(self, folder: Path) -> PracticeServer:
        return PracticeServer(
            folder,
            f"sentinel monitor {SERVICE} {self.primary.host} {self.primary.port} {QUORUM}",
            f"sentinel down-after-milliseconds {SERVICE} 500",
            f"sentinel announce-ip {HOST}",
            f"sentinel failover-timeout {SERVICE} 3000",
            mode=("--sentinel",),
        )

    @property
    def url(self) -> str:
        hosts = ",".join(f"{sentinel.host}:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{hosts}/{SERVICE}"

    def start(self) -> None:
        """Start all, and wait until each Sentinel knows the replica and the other two."""
        for server in (self.primary, self.replica, *self.sentinels):
            server.start()
        for sentinel in self.sentinels:
            with sentinel.plain_client() as asking:
                wait_until(lambda asking=asking: self._knows_all(asking), "a Sentinel that knows the set")

    def _knows_all(self, asking: redis.Redis) -> bool:
        state = asking.sentinel_master(SERVICE)
        replicas = asking.sentinel_slaves(SERVICE)
        ready = [replica for replica in replicas if replica["master-link-status"] == "ok"]
        return state["num-other-sentinels"] == len(self.sentinels) - 1 and len(ready) == 1

    def stop(self) -> None:
        for server in (*self.sentinels, self.replica, self.primary):
            server.kill()  # there are no data to be kept
