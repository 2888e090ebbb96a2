"""An application that writes to a set of practice hosts while something is done to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis
from lab_practice import CANARY, wait_until
from redis.sentinel import Sentinel
from set_practice import NAMES, SENTINEL_CANARY, SENTINEL_PORT, SET, PracticeSet


class Client:
    """An application that writes one key after the other and follows the Sentinels.

    acknowledged: when, by the monotonic clock, each write was answered OK. longest_gap: seconds without such an answer.
    failed: how many were not.
    """

    def __init__(self, hosts: PracticeSet) -> None:
        self.acknowledged: dict[int, float] = {}
        self.longest_gap = 0.0
        self.failed = 0
        self._ends = threading.Event()
        sentinels = [(hosts.practice.lab.machines[name].address, SENTINEL_PORT) for name in NAMES]
        common = {"socket_timeout": 1, "socket_connect_timeout": 1}
        found = Sentinel(sentinels, sentinel_kwargs={"password": SENTINEL_CANARY, **common}, **common)  # type: ignore[no-untyped-call]
        self._primary: redis.Redis = found.master_for(SET, password=CANARY)  # type: ignore[no-untyped-call]
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        number, last = 0, time.monotonic()
        while not self._ends.wait(0.01):
            number += 1
            try:
                self._primary.set(f"written:{number}", number)
            except redis.RedisError:
                self.failed += 1
                continue
            now = time.monotonic()
            self.longest_gap, last = max(self.longest_gap, now - last), now
            self.acknowledged[number] = now

    def lost(self) -> list[int]:
        """Return the acknowledged writes that the primary does not have."""
        return [number for number in self.acknowledged if self._primary.get(f"written:{number}") is None]

    def acknowledged_between(self, begin: float, end: float) -> set[int]:
        """Return the writes that were acknowledged between two moments of the monotonic clock."""
        return {number for number, moment in self.acknowledged.items() if begin <= moment <= end}

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write during the block."""
        self._thread.start()
        try:
            wait_until(lambda: len(self.acknowledged) > 10, "a client that writes")
            yield
        finally:
            self._ends.set()
            self._thread.join()
