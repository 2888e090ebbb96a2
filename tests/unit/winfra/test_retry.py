"""How long a host is tried again, by a clock of the test's own."""

from __future__ import annotations

import pytest
import requests
from winrm.exceptions import InvalidCredentialsError, WinRMTransportError, WSManFaultError

from winfra.session import retry
from winfra.session.protocol import UnreadableAnswerError
from winfra.session.retry import Outage


class Clock:
    """Time that passes only where the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(retry, "time", clock)
    return clock


def attempts(clock: Clock, attempt_seconds: float) -> tuple[list[float], requests.ConnectionError]:
    """Return when attempts that all fail begin, in seconds from the first failure, and the last error."""
    outage, begun, first = Outage(lambda _: None), [], clock.now + attempt_seconds
    while True:
        begun.append(clock.now)
        clock.now += attempt_seconds
        error = requests.ConnectionError("lost")
        if not outage.goes_on(error, begun[-1], last_answer=0.0):
            return [moment - first for moment in begun], error
        clock.now += outage.pause


@pytest.mark.parametrize("attempt_seconds", [0.0, 1.0, 30.0])
def test_an_outage_of_half_a_minute_is_survived_and_a_longer_one_ends(clock: Clock, attempt_seconds: float) -> None:
    begun, error = attempts(clock, attempt_seconds)
    assert any(moment >= 30.0 for moment in begun)
    assert begun[-1] <= 45.0
    assert error.__notes__[0].startswith("It was tried again for ")


def test_a_host_that_was_there_for_long_meanwhile_is_lost_anew(clock: Clock) -> None:
    outage = Outage(lambda _: None)
    assert outage.goes_on(requests.ConnectionError(), clock.now, last_answer=0.0)
    begun = clock.now
    clock.now += 600
    assert outage.goes_on(requests.ConnectionError(), begun, last_answer=clock.now - 1)
    clock.now += 41
    assert not outage.goes_on(requests.ConnectionError(), clock.now - 1, last_answer=clock.now - 42)


def test_only_an_outage_that_lasts_is_reported_and_once(clock: Clock) -> None:
    reports: list[str] = []
    outage = Outage(reports.append)
    for _ in range(8):
        assert outage.goes_on(requests.ConnectionError(), clock.now, last_answer=0.0)
        clock.now += 1
    assert len(reports) == 1


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (requests.ConnectionError("reset"), True),
        (requests.ReadTimeout("silence"), True),
        (requests.exceptions.ChunkedEncodingError("half"), True),
        (UnreadableAnswerError("half"), True),
        (WinRMTransportError("http", 500, ""), True),
        (WinRMTransportError("http", 503, ""), True),
        (WinRMTransportError("http", 413, ""), False),
        (InvalidCredentialsError("401"), False),
        (WSManFaultError(500, "", "", "quota"), False),
        (requests.exceptions.SSLError("certificate verify failed"), False),
    ],
    ids=lambda value: f"{type(value).__name__} {value}",
)
def test_what_is_tried_again(clock: Clock, error: Exception, expected: bool) -> None:
    assert Outage(lambda _: None).goes_on(error, clock.now, last_answer=0.0) is expected
