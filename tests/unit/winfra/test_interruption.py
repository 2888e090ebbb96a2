"""A signal that comes while the run is in gevent's own code ends the run, and leaves gevent able to disconnect."""

from __future__ import annotations

import signal
import subprocess
import sys

# As pyinfra does it: hosts work in a pool that has room for as many as there are, also when they are disconnected.
RUN = """
import os, signal
import gevent, gevent.pool, pyinfra
from winfra import interruption

class Session:
    def end_soon(self, name):
        print("session ends by", name)
    def close(self):
        print("session closed")

class Interrupted(gevent.Greenlet):
    def start(self):
        if not began:
            began.append(self)
            os.kill(os.getpid(), signal.SIGINT)
        super().start()

began = []
# As pyinfra's command line has it, whatever this process was started with.
signal.signal(signal.SIGINT, signal.default_int_handler)
pyinfra.is_cli = True
interruption.watch(Session())
pool = gevent.pool.Pool(1, Interrupted)
try:
    gevent.joinall([pool.spawn(print, "operation")])
    print("operation ended")
finally:
    gevent.joinall([pool.spawn(print, "disconnected")])
"""


def test_a_signal_between_a_place_in_the_pool_and_its_greenlet_keeps_nobody_from_disconnecting() -> None:
    run = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, timeout=60, check=False)
    assert (run.returncode, "Traceback" in run.stderr) == (128 + signal.SIGINT, False), run.stderr
    assert run.stdout.splitlines() == ["session ends by SIGINT", "operation", "disconnected", "session closed"]
