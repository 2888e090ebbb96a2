"""Measure a deploy of ten practice hosts against a deploy of one."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# A powershell.exe takes about 0.4 s to start on a small server; 5 ms is a request within a data centre.
LATENCY = "0.4,0.005"
HOSTS = 10


def seconds(hosts: int) -> float:
    """Return how long the deploy of so many bare hosts takes, the making of the practice hosts not counted.

    Raises subprocess.CalledProcessError when the deploy fails.
    """
    timed = "import subprocess,sys,time;t=time.monotonic();subprocess.run(sys.argv[1:],check=True,capture_output=True)"
    timed += ";print(time.monotonic()-t)"
    deploy = [str(BIN / "pyinfra"), "inventories/lab.py", "deploy.py", "-y"]
    lab = [str(BIN / "winlab"), "run", "--hosts", str(hosts), "--latency", LATENCY, "--"]
    done = subprocess.run(
        [*lab, sys.executable, "-c", timed, *deploy], cwd=PROJECT, check=True, capture_output=True, text=True
    )
    return float(done.stdout.split()[-1])


def main() -> None:
    """Print both times and their ratio."""
    started = time.monotonic()
    one, ten = seconds(1), seconds(HOSTS)
    print(f"one host: {one:.2f} s, {HOSTS} hosts: {ten:.2f} s, ratio {ten / one:.2f}")
    print(f"(measured in {time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
