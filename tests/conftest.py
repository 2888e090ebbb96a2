"""What all tests share: a network of its own for each process that runs tests side by side (pytest -n)."""

from __future__ import annotations

import os

WORKER = os.environ.get("PYTEST_XDIST_WORKER")
NETWORK = os.environ.get("WINLAB_NETWORK") or "127.77.0"

if WORKER is not None:
    # Practice hosts have fixed ports. Before the modules that read it are imported.
    third = NETWORK.rpartition(".")[2]
    os.environ["WINLAB_NETWORK"] = f"127.{80 + int(WORKER.removeprefix('gw'))}.{third}"
