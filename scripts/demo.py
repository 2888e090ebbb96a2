"""Show the whole thing on this machine: a bare practice host, plan, deploy, second deploy, backup, restore, proof.

Run it with `make demo`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
INVENTORY = "inventories/lab.py"
IN_LAB = "DEMO_IN_LAB"


@dataclass(frozen=True)
class Step:
    """One command of the demonstration.

    title: what it does. command: what a reader would type.
    """

    title: str
    command: list[str]


STEPS = [
    Step("The plan, on a bare host", ["pyinfra", INVENTORY, "deploy.py", "--dry", "--diff"]),
    Step("The deploy", ["pyinfra", INVENTORY, "deploy.py", "-y"]),
    Step("The same deploy again", ["pyinfra", INVENTORY, "deploy.py", "-y", "--json"]),
    Step("A backup, taken and rehearsed on the host", ["pyinfra", INVENTORY, "tasks/backup.py", "-y"]),
    Step("The newest backup, restored", ["pyinfra", INVENTORY, "tasks/restore.py", "-y"]),
    Step("The proof", ["pytest", "tests/verify", "--inventory", INVENTORY, "--disruptive", "-q"]),
]


def run(step: Step) -> tuple[int, str, float]:
    """Run a step; return its exit code, its standard output and its seconds. What it prints is shown."""
    print(f"\n=== {step.title}\n$ {' '.join(step.command)}\n", flush=True)
    started = time.monotonic()
    capture = "--json" in step.command
    done = subprocess.run(
        [str(BIN / step.command[0]), *step.command[1:]],
        cwd=PROJECT,
        check=False,
        text=True,
        stdout=subprocess.PIPE if capture else None,
    )
    return done.returncode, done.stdout or "", time.monotonic() - started


def changes(results: str) -> str:
    """Return how many operations of a run changed something, from pyinfra's --json."""
    totals = json.loads(results)["results"]["totals"]
    return f"({totals['success']} operations changed something, {totals['no_change']} found everything as desired)"


def demonstrate() -> int:
    """Run all steps, print the summary, and return the first exit code that is not 0."""
    lines, worst = [], 0
    for step in STEPS:
        code, output, seconds = run(step)
        note = changes(output) if output and code == 0 else ""
        lines.append(f"  {'ok' if code == 0 else f'exit code {code}':14} {seconds:5.1f} s  {step.title}  {note}")
        worst = worst or code
    print("\n=== Summary\n" + "\n".join(lines), flush=True)
    return worst


def main() -> int:
    """Start the practice host around this script, then demonstrate on it."""
    if os.environ.get(IN_LAB):
        return demonstrate()
    command = [str(BIN / "winlab"), "run", "--", sys.executable, __file__]
    return subprocess.run(command, cwd=PROJECT, check=False, env={**os.environ, IN_LAB: "1"}).returncode


if __name__ == "__main__":
    sys.exit(main())
