"""A client that writes through a failover, and knows afterwards what it was promised: for a drill.

It writes from the control node, as applications do: it asks the Sentinels for the primary and follows it.
"""

import secrets
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import gevent  # type: ignore[import-untyped]
import redis
from pyinfra.api import HiddenValue
from redis.sentinel import Sentinel

PAUSE_SECONDS = 0.01
# Longer than a healthy answer takes by far; a primary that is gone must not hold the client up.
ANSWER_SECONDS = 0.5
# What the drill writes goes by itself, should nobody be left to delete it.
KEY_SECONDS = 3600
BATCH = 500


@dataclass(frozen=True)
class Access:
    """How a client reaches a set.

    name: the set's. sentinels: addresses and ports. sentinel_password, password: of the Sentinels and of the user.
    user: empty for the default user. ca: path of the authorities' certificates, None for plain connections.
    """

    name: str
    sentinels: Sequence[tuple[str, int]]
    sentinel_password: HiddenValue
    password: HiddenValue
    user: str = ""
    ca: str | None = None

    def primary(self) -> redis.Redis:
        """Return a client of the present primary, which each new connection asks the Sentinels for."""
        common: dict[str, object] = {
            "socket_timeout": ANSWER_SECONDS,
            "socket_connect_timeout": ANSWER_SECONDS,
            "retry": None,
        }
        if self.ca is not None:
            common |= {"ssl": True, "ssl_ca_certs": self.ca, "ssl_cert_reqs": ssl.CERT_REQUIRED}
        of_sentinels = {**common, "password": self.sentinel_password.unmask()}
        asked = Sentinel(list(self.sentinels), sentinel_kwargs=of_sentinels, **common)  # type: ignore[no-untyped-call]
        user = {"username": self.user} if self.user else {}
        client: redis.Redis = asked.master_for(self.name, password=self.password.unmask(), **user)  # type: ignore[no-untyped-call]
        return client


@dataclass
class Writer:
    """A client that writes one key after the other until it is told to end.

    access: how it reaches the set. prefix: of its keys. acknowledged: numbers of the writes that were answered OK.
    attempts: of all writes. longest_gap_seconds: without an acknowledged one. error: the last one. is_ending: whether
    no further one begins.
    """

    access: Access
    prefix: str = field(default_factory=lambda: f"memurai-drill:{secrets.token_hex(8)}")
    acknowledged: list[int] = field(default_factory=list)
    attempts: int = 0
    longest_gap_seconds: float = 0.0
    error: str = ""
    is_ending: bool = False

    def run(self) -> None:
        """Write until `is_ending`."""
        client, last = self.access.primary(), time.monotonic()
        while not self.is_ending:
            self.attempts += 1
            try:
                client.set(f"{self.prefix}:{self.attempts}", self.attempts, ex=KEY_SECONDS)
            except redis.RedisError as error:
                self.error = str(error)
            else:
                self.acknowledged.append(self.attempts)
                now = time.monotonic()
                self.longest_gap_seconds, last = max(self.longest_gap_seconds, now - last), now
            gevent.sleep(PAUSE_SECONDS)
        client.close()

    def end(self) -> None:
        """Begin no further write."""
        self.is_ending = True

    def lost(self) -> int:
        """Return how many of the acknowledged writes the present primary does not have, and delete what was written.

        A write that failed may have been done all the same.
        """
        client, promised, missing = self.access.primary(), set(self.acknowledged), 0
        for start in range(1, self.attempts + 1, BATCH):
            numbers = range(start, min(start + BATCH, self.attempts + 1))
            names = [f"{self.prefix}:{number}" for number in numbers]
            found = zip(numbers, client.mget(names), strict=True)
            missing += sum(value is None and number in promised for number, value in found)
            client.unlink(*names)
        client.close()
        return missing
