"""Measure a first deploy, a deploy without changes, a rotation and a restore against those of a former revision.

Usage: .venv/bin/python benchmarks/former_revision.py REVISION
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
# As in ten_hosts.py: the cost of a real host and network.
LATENCY = "0.4,0.005"
ROUNDS = 3
NEW_PASSWORD = "Rotated-password-of-the-measurement-1"  # noqa: S105 - of a practice host that lives for a minute
STEPS = {
    "first deploy": ["deploy.py"],
    "deploy without changes": ["deploy.py"],
    "rotation": ["tasks/rotate_password.py"],
    "backup": ["tasks/backup.py"],
    "restore": ["tasks/restore.py"],
}
_WINLAB = "import sys; from winlab.cli import main; sys.exit(main())"


def unpacked(revision: str, folder: Path) -> Path:
    """Return a folder with the project of that revision, its packages installed in the folder `site` of it."""
    archive = subprocess.run(["git", "archive", revision], cwd=PROJECT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--target", str(folder / "site")]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(folder)], check=True)
    return folder


def seconds(project: Path) -> dict[str, float]:
    """Return how long each step takes on a bare practice host, by the project in that folder.

    Raises subprocess.CalledProcessError when one fails.
    """
    environment = {**os.environ, "PYTHONPATH": str(project / "site")}
    lab = [sys.executable, "-c", _WINLAB, "run", "--hosts", "1", "--latency", LATENCY, "--"]
    done = subprocess.run(
        [*lab, sys.executable, __file__, "--steps"],
        cwd=project,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def run_steps() -> None:
    """Run the steps in the current folder, on the practice host of this environment; print their seconds as JSON."""
    took = {}
    for name, command in STEPS.items():
        if name == "rotation":
            os.environ["MEMURAI_LAB_PASSWORD"] = NEW_PASSWORD
        started = time.monotonic()
        pyinfra = [str(Path(sys.executable).parent / "pyinfra"), "inventories/lab.py", *command, "-y"]
        subprocess.run(pyinfra, check=True, capture_output=True)
        took[name] = time.monotonic() - started
    print(json.dumps(took))


def compare(revision: str) -> None:
    """Print the medians of both, and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        former = unpacked(revision, Path(folder))
        pairs = [(seconds(former), seconds(PROJECT)) for _ in range(ROUNDS)]
    for step in STEPS:
        before, now = (statistics.median(found[step] for found in side) for side in zip(*pairs, strict=True))
        print(f"{step}: {now:.2f} s, at {revision} {before:.2f} s, ratio {now / before:.2f}")


def main() -> None:
    """Do what the command line asks for."""
    match sys.argv[1:]:
        case ["--steps"]:
            run_steps()
        case [revision]:
            compare(revision)
        case found:
            sys.exit(f"Expected one revision of this project, such as a commit in git log, found {found}.")


if __name__ == "__main__":
    main()
