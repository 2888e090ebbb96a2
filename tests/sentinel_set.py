"""A primary, its replicas, and three Sentinels that watch them: real processes on loopback."""

from __future__ import annotations

from pathlib import Path

import redis
from practice_server import HOST, PracticeServer, wait_until

SERVICE = "main"
QUORUM = 2


class SentinelSet:
    """Servers and Sentinels.

    folder: where each has a folder.
    replicas: how many replicas there are.
    """

    def __init__(self, folder: Path, replicas: int = 1) -> None:
        self.primary = PracticeServer(folder / "primary", f"replica-announce-ip {HOST}", "repl-diskless-sync-delay 0")
        self.replicas = [self._replica(folder / f"replica-{number}") for number in range(replicas)]
        self.sentinels = [self._sentinel(folder / f"sentinel-{number}") for number in range(3)]

    def _replica(self, folder: Path) -> PracticeServer:
        return PracticeServer(
            folder,
            f"replicaof {self.primary.host} {self.primary.port}",
            f"replica-announce-ip {HOST}",
            "repl-diskless-sync-delay 0",  # one of several may become the primary
        )

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
    def replica(self) -> PracticeServer:
        """The one replica."""
        (replica,) = self.replicas
        return replica

    @property
    def url(self) -> str:
        hosts = ",".join(f"{sentinel.host}:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{hosts}/{SERVICE}"

    def start(self) -> None:
        """Start all, and wait until each Sentinel knows the replicas and the other two."""
        for server in (self.primary, *self.replicas, *self.sentinels):
            server.start()
        self.wait_for_replicas()

    def wait_for_replicas(self) -> None:
        """Wait until each Sentinel says that all replicas are linked, and knows the other two."""
        for sentinel in self.sentinels:
            with sentinel.plain_client() as asking:
                wait_until(lambda asking=asking: self._knows_all(asking), "a Sentinel that knows the set")

    def _knows_all(self, asking: redis.Redis) -> bool:
        state = asking.sentinel_master(SERVICE)
        replicas = asking.sentinel_slaves(SERVICE)
        ready = [replica for replica in replicas if replica["master-link-status"] == "ok" and not replica["is_sdown"]]
        return state["num-other-sentinels"] == len(self.sentinels) - 1 and len(ready) == len(self.replicas)

    def stop(self) -> None:
        for server in (*self.sentinels, *self.replicas, self.primary):
            server.kill()  # there are no data to be kept
