"""The users of the load tests: they sign in, have their token validated, and sign out.

Run by `make load`, or by hand against any server that has the endpoints of server.py:

    locust -f benchmarks/load/locustfile.py AuthenticationLoadTest --host http://localhost:8000 \
        --users 1000 --spawn-rate 50 --run-time 3m --headless
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import time
from pathlib import Path

import gevent
from locust import FastHttpUser, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

OK, UNAUTHORIZED = 200, 401
# However short it is measured: some answers, also on a machine where a moment passes without any.
LEAST_REQUESTS, PATIENCE_SECONDS = 100, 60
NUMBERS = itertools.count()


def seconds_range(text: str) -> tuple[float, float]:
    """Return the shortest and the longest of "1,3" (seconds).

    Raises argparse.ArgumentTypeError when it is anything else.
    """
    try:
        shortest, longest = (float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected two numbers of seconds as in 1,3 but found {text!r}") from error
    return shortest, longest


@events.init_command_line_parser.add_listener
def add_options(parser: LocustArgumentParser) -> None:
    """Add what `make load` sets: how long users think, how long to measure, and where the result goes."""
    parser.add_argument("--think-seconds", type=seconds_range, default=(1.0, 3.0), help="between requests: 1,3")
    parser.add_argument("--measure-seconds", type=float, default=None, help="quit so long after all users began")
    parser.add_argument("--result", type=Path, default=None, help="a file for the result, as JSON")


@events.init.add_listener
def end_when_measured(environment: Environment, **_: object) -> None:
    """Quit when it was measured as long as the command line says; locust's run time would begin with the first user."""
    seconds = environment.parsed_options.measure_seconds if environment.parsed_options else None

    def wait_and_quit() -> None:
        gevent.sleep(seconds)
        given_up = time.monotonic() + PATIENCE_SECONDS
        while environment.stats.total.num_requests < LEAST_REQUESTS and time.monotonic() < given_up:
            gevent.sleep(0.1)
        environment.runner.quit()

    if seconds is not None:
        environment.events.spawning_complete.add_listener(lambda **_: gevent.spawn(wait_and_quit))


@events.quitting.add_listener
def write_result(environment: Environment, **_: object) -> None:
    """Write what was counted since all users were there, when a file for it was named."""
    path = environment.parsed_options.result if environment.parsed_options else None
    if path is None:
        return
    total = environment.stats.total
    # Of a status locust names the first URL too, which says nothing of the others.
    errors = {
        f"{e.method} {e.name}: {re.sub(r'^URL .*: code=', 'status ', str(e.error))}": e.occurrences
        for e in environment.stats.errors.values()
    }
    result = {
        "started": total.start_time,
        "ended": total.last_request_timestamp or total.start_time,
        "requests": total.num_requests,
        "failed": total.num_failures,
        "failures": errors,
        "response_milliseconds": {str(time): count for time, count in sorted(total.response_times.items())},
    }
    path.write_text(json.dumps(result), encoding="utf-8")


class ThinkingUser(FastHttpUser):
    """A user who thinks between requests as long as the command line says."""

    abstract = True

    def wait_time(self) -> float:
        """Return how many seconds to think now."""
        return random.uniform(*self.environment.parsed_options.think_seconds)  # noqa: S311  # no secret depends on it


class AuthenticationLoadTest(ThinkingUser):
    """A user of an application with tokens: of ten requests eight validate, one signs in anew, one signs out."""

    def on_start(self) -> None:
        """Sign in."""
        self.name = f"user-{next(NUMBERS)}"
        self.sign_in()

    @task(8)
    def validate(self) -> None:
        """Have the token validated, and see that the answer is about this user."""
        if not self.headers:
            self.sign_in()
            return
        with self.client.get("/validate", headers=self.headers, catch_response=True) as response:
            if response.status_code == OK and f'"{self.name}"' not in response.text:
                response.failure("an answer that is another user's")

    @task(1)
    def sign_in(self) -> None:
        """Get a token; a user who gets none tries again with the next request."""
        with self.client.post(f"/login?user={self.name}", name="/login", catch_response=True) as response:
            token = response.json()["token"] if response.status_code == OK else None
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    @task(1)
    def sign_out(self) -> None:
        """Have the token revoked, see that it is no longer accepted, and get another one."""
        if self.headers and self.client.post("/logout", headers=self.headers).status_code == OK:
            self.see_revoked()
        self.sign_in()

    def see_revoked(self) -> None:
        """See that the token is refused."""
        with self.client.get(
            "/validate", headers=self.headers, name="/validate (revoked)", catch_response=True
        ) as response:
            if response.status_code == UNAUTHORIZED:
                response.success()
            elif response.status_code == OK:
                response.failure("a revoked token was accepted")


class NoOperation(ThinkingUser):
    """A user of the endpoint that does nothing: what is slow for it is slow because of the machine."""

    @task
    def ask(self) -> None:
        """Ask for nothing."""
        self.client.get("/noop")
