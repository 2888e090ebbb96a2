"""Practice hosts of winlab: lab1 at 127.77.0.1, lab2 at 127.77.0.2, ... WINLAB_HOSTS says how many (default 1)."""

import os

hosts = [
    (
        f"@winrm/lab{number}",
        {
            "winrm_hostname": f"127.77.0.{number}",
            # Practice hosts share one machine: each server listens on its host's own address only.
            "memurai_network": {"bind": [f"127.77.0.{number}"]},
        },
    )
    for number in range(1, int(os.environ.get("WINLAB_HOSTS") or 1) + 1)
]
