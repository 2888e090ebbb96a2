"""What each algorithm means, in a few lines that ask no server; time in whole milliseconds."""

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass
class FixedWindow:
    """The first request begins a window."""

    limit: int
    window: int
    begun: int = 0
    count: int = 0

    def room(self, now: int) -> Fraction:
        return Fraction(self.limit - (self.count if self.count and now < self.begun + self.window else 0))

    def take(self, now: int) -> None:
        if not self.count or now >= self.begun + self.window:
            self.begun, self.count = now, 0
        self.count += 1


@dataclass
class SlidingLog:
    """No window of the length, wherever it begins, holds more than the limit."""

    limit: int
    window: int
    passed: list[int] = field(default_factory=list)

    def room(self, now: int) -> Fraction:
        return Fraction(self.limit - sum(moment > now - self.window for moment in self.passed))

    def take(self, now: int) -> None:
        self.passed.append(now)


@dataclass
class SlidingCounter:
    """The requests of the window before count for the share of it that the sliding window covers."""

    limit: int
    window: int
    counts: Counter[int] = field(default_factory=Counter)

    def room(self, now: int) -> Fraction:
        number, elapsed = divmod(now, self.window)
        covered = Fraction(self.window - elapsed, self.window)
        return self.limit - self.counts[number] - self.counts[number - 1] * covered

    def take(self, now: int) -> None:
        self.counts[now // self.window] += 1


@dataclass
class TokenBucket:
    """A full bucket at first, that fills evenly."""

    limit: int
    window: int
    tokens: Fraction | None = None
    at: int = 0

    def room(self, now: int) -> Fraction:
        if self.tokens is None:
            return Fraction(self.limit)
        return min(Fraction(self.limit), self.tokens + Fraction(self.limit * (now - self.at), self.window))

    def take(self, now: int) -> None:
        self.tokens, self.at = self.room(now) - 1, now


Model = FixedWindow | SlidingLog | SlidingCounter | TokenBucket
MODELS: dict[str, type[Model]] = {
    "fixed-window": FixedWindow,
    "sliding-log": SlidingLog,
    "sliding-counter": SlidingCounter,
    "token-bucket": TokenBucket,
}


def wait(model: Model, now: int, room: int) -> int:
    """Return the milliseconds until there is `room`, if nobody asks meanwhile; room only ever grows then."""
    fewest, most = 0, 2 * model.window
    while fewest < most:
        middle = (fewest + most) // 2
        if model.room(now + middle) >= room:
            most = middle
        else:
            fewest = middle + 1
    return fewest
