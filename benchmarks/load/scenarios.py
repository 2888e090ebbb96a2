"""What the load tests run: the guide's scenarios, and the ways of using redis-py that each of them compares."""

from __future__ import annotations

from dataclasses import dataclass, replace

# The endpoint that does nothing comes first: it tells whether the machine can drive the scenario at all.
VARIANTS = ("no-op", "before", "bare", "after", "memurai_client")
NO_OPERATION, BEFORE, BARE, AFTER, CLIENT = VARIANTS
VARIANT_TITLES = {
    NO_OPERATION: "an endpoint that does nothing",
    BEFORE: "the guide's code before: a pool of 100 that does not wait",
    BARE: "redis-py's own blocking pool of 160",
    AFTER: "the guide's code after: the same calls, on the pool of memurai_client",
    CLIENT: "memurai_client with its validate(): one script, sent together with those of other requests",
}


@dataclass(frozen=True)
class Scenario:
    """One load, driven at each variant in turn, in as many rounds.

    users: at the same time. seconds: measured, after all users began. workers: processes of the server. spawn_rate:
    users that begin each second. think_seconds: between a user's requests, (0, 0) for a closed loop. rounds: whose
    median counts. driver: "locust", or "wrk" (which only validates).
    """

    name: str
    users: int
    seconds: int
    workers: int = 1
    spawn_rate: int = 100
    think_seconds: tuple[float, float] = (1.0, 3.0)
    rounds: int = 1
    driver: str = "locust"

    @property
    def is_closed_loop(self) -> bool:
        """Whether users send the next request as soon as they have the answer."""
        return self.think_seconds == (0.0, 0.0)


# Those with as many processes of the server stand together, and share the servers.
SCENARIOS = (
    Scenario("500 users", users=500, seconds=20),
    Scenario("1,000 users", users=1_000, seconds=20),
    Scenario("1,000 in a closed loop (locust)", users=1_000, seconds=10, think_seconds=(0.0, 0.0), rounds=3),
    Scenario("1,000 in a closed loop (wrk)", users=1_000, seconds=5, think_seconds=(0.0, 0.0), rounds=5, driver="wrk"),
    Scenario("2,000 users", users=2_000, seconds=20, workers=2),
    Scenario("10,000 users", users=10_000, seconds=30, workers=2, spawn_rate=200, think_seconds=(9.0, 11.0)),
)
# The short version measures nothing; it shows that the load tests work.
QUICK_USERS, QUICK_SECONDS = 20, 1


def quick(scenario: Scenario) -> Scenario:
    """Return a scenario with a few users for a moment."""
    think = (0.0, 0.0) if scenario.is_closed_loop else (0.1, 0.2)
    return replace(
        scenario, users=QUICK_USERS, seconds=QUICK_SECONDS, spawn_rate=QUICK_USERS, think_seconds=think, rounds=1
    )


def named(names: list[str]) -> list[Scenario]:
    """Return the scenarios of these names, or all when none is named.

    Raises ValueError for a name that no scenario has.
    """
    known = {scenario.name: scenario for scenario in SCENARIOS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"expected one of {', '.join(map(repr, known))} but found {unknown[0]!r}")
    return [known[name] for name in names or known]
