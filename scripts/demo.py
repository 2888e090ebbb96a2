"""Show the whole thing on this machine: a bare practice host, plan, deploy, second deploy, backup, restore, proof.

Then a set of three hosts, whose primary dies. Run it with `make demo`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
HOST, SET = "inventories/lab.py", "inventories/lab_sentinel.py"
# Which chapter this process is to demonstrate on the practice hosts around it, and where its summary goes.
CHAPTER, SUMMARY = "DEMO_CHAPTER", "DEMO_SUMMARY"


@dataclass(frozen=True)
class Step:
    """One command of the demonstration.

    title: what it does. command: what a reader would type.
    """

    title: str
    command: list[str]


# By the inventory of their practice hosts, which each chapter has for itself.
CHAPTERS = {
    HOST: [
        Step("The plan, on a bare host", ["pyinfra", HOST, "deploy.py", "--dry", "--diff"]),
        Step("The deploy", ["pyinfra", HOST, "deploy.py", "-y"]),
        Step("The same deploy again", ["pyinfra", HOST, "deploy.py", "-y", "--json"]),
        Step("A backup, taken and rehearsed on the host", ["pyinfra", HOST, "tasks/backup.py", "-y"]),
        Step("The newest backup, restored", ["pyinfra", HOST, "tasks/restore.py", "-y"]),
        Step("The proof", ["pytest", "tests/verify", "--inventory", HOST, "--disruptive", "-q"]),
    ],
    SET: [
        Step("A set of three bare hosts, deployed", ["pyinfra", SET, "deploy.py", "-y"]),
        Step("Its primary dies under a client", ["pyinfra", SET, "tasks/failover.py", "-y", "--data", "drill=true"]),
        Step("The deploy after the failover", ["pyinfra", SET, "deploy.py", "-y", "--json"]),
    ],
}


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


def demonstrate(steps: list[Step], summary: Path) -> int:
    """Run steps, append a line each to the summary, and return the first exit code that is not 0."""
    worst = 0
    for step in steps:
        code, output, seconds = run(step)
        note = changes(output) if output and code == 0 else ""
        with summary.open("a") as file:
            file.write(f"  {'ok' if code == 0 else f'exit code {code}':14} {seconds:5.1f} s  {step.title}  {note}\n")
        worst = worst or code
    return worst


def start(inventory: str, summary: Path) -> int:
    """Start the practice hosts of a chapter around this script, which demonstrates it there; return its exit code."""
    command = [str(BIN / "winlab"), "run", "--inventory", inventory, "--", sys.executable, __file__]
    variables = {CHAPTER: inventory, SUMMARY: str(summary)}
    return subprocess.run(command, cwd=PROJECT, check=False, env={**os.environ, **variables}).returncode


def main() -> int:
    """Demonstrate all chapters, and print the summary."""
    if chapter := os.environ.get(CHAPTER):
        return demonstrate(CHAPTERS[chapter], Path(os.environ[SUMMARY]))
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        summary = Path(folder) / "summary"
        summary.touch()
        codes = [start(inventory, summary) for inventory in CHAPTERS]
        print("\n=== Summary\n" + summary.read_text(), flush=True)
    return next((code for code in codes if code), 0)


if __name__ == "__main__":
    sys.exit(main())
