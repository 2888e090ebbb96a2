"""A program that storms a pool: threads that call, exceptions out of a signal handler, and forks, all at once.

python storm.py ours|redis-py URL SECONDS prints what happened: calls, wrong answers, errors, children without answers.
It is a program because redis-py alone with hiredis may end it with a segmentation fault.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from typing import NoReturn

import redis
from torn import TornError

from memurai_client import get_optimized_redis_pool

SIZE = 6
THREADS = 4
KEYS = 50
CHILD_SECONDS = 10


class Storm:
    """One storm on one client.

    client: whose pool is stormed.
    seconds: how long.
    """

    def __init__(self, client: redis.Redis, seconds: float) -> None:
        self.client = client
        self.seen: Counter[str] = Counter()
        self._random = random.Random(0)
        self._end = time.monotonic() + seconds
        self._armed = False

    def call(self) -> None:
        """Make some calls whose answers are known."""
        for _ in range(20):
            number = self._random.randrange(KEYS)
            answer = self.client.get(f"key {number}")
            self.seen["calls"] += 1
            self.seen["wrong"] += answer != f"value {number}"

    def thread(self) -> None:
        while time.monotonic() < self._end:
            self._try()

    def _try(self) -> None:
        try:
            self.call()
        except TornError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, it is counted
            self.seen["failed"] += 1
            self.seen[f"failed with {type(error).__name__}"] += 1

    def torn(self) -> None:
        """Make calls until an exception comes out of the signal handler, soon."""
        try:
            try:
                self._armed = True
                signal.setitimer(signal.ITIMER_REAL, self._random.uniform(0.00002, 0.002))
                self._try()
            finally:
                self._armed = False
        except TornError:
            self.seen["torn"] += 1

    def limit(self, *_: object) -> None:
        if self._armed:
            self._armed = False
            raise TornError

    def fork(self) -> None:
        """Have a child make calls; it has its parent's pool, and none of its threads."""
        child = os.fork()
        if child == 0:
            signal.alarm(CHILD_SECONDS)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            self.seen.clear()
            self._try()
            os._exit(min(self.seen["wrong"] + self.seen["failed"], 99))
        _, status = os.waitpid(child, 0)
        self.seen["children"] += 1
        self.seen["bad children"] += status != 0

    def run(self) -> Counter[str]:
        signal.signal(signal.SIGALRM, self.limit)
        threads = [threading.Thread(target=self.thread) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        while time.monotonic() < self._end:
            for _ in range(20):
                self.torn()
            self.fork()
        for thread in threads:
            thread.join()
        return self.seen


def main() -> NoReturn:
    kind, url, seconds = sys.argv[1:]
    if kind == "ours":
        pool = get_optimized_redis_pool(url=url, max_connections=SIZE)
        client = pool.client
    else:
        client = redis.Redis.from_url(url, max_connections=SIZE, decode_responses=True)
    client.mset({f"key {number}": f"value {number}" for number in range(KEYS)})
    seen = Storm(client, float(seconds)).run()
    if kind == "ours":
        seen["in use"] = pool.connection_pool.in_use
        seen["places"] = len(pool.connection_pool._places)
    sys.stdout.write(json.dumps(seen))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
