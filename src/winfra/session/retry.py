"""How long a host that can't be reached is tried again."""

from __future__ import annotations

import time
from collections.abc import Callable

from winfra.session.protocol import may_pass

# A service that restarts, a failover of a network or a firewall's: half a minute, and one more attempt after it.
RETRY_SECONDS = 40.0
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 4.0
# A shorter outage is nobody's business.
QUIET_SECONDS = 2.0


class Outage:
    """The time since a host was lost.

    report: takes a line that the operator should see.
    """

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._began: float | None = None
        self._reported = False
        self.pause = FIRST_PAUSE_SECONDS
        """How long to wait before the next attempt, in seconds."""

    def goes_on(self, error: Exception, begun: float, last_answer: float) -> bool:
        """Return whether to try again after a failed attempt.

        error: why it failed; gets a note of how long it was tried when this is the end.
        begun: when the attempt began, on time.monotonic(). last_answer: when the host last answered anything.
        """
        if not may_pass(error):
            return False
        now = time.monotonic()
        if self._began is None or last_answer - begun > RETRY_SECONDS:
            # The attempt itself lasted: the host was there for longer than an outage may last.
            self._began, self.pause = now, FIRST_PAUSE_SECONDS
        else:
            self.pause = min(2 * self.pause, LONGEST_PAUSE_SECONDS)
        lasted = now - self._began
        if lasted > RETRY_SECONDS:
            error.add_note(f"It was tried again for {lasted:.0f} s.")
            return False
        if lasted > QUIET_SECONDS and not self._reported:
            self._reported = True
            self._report(
                f"the connection is lost ({type(error).__name__}); trying again for up to {RETRY_SECONDS:.0f} s"
            )
        return True
