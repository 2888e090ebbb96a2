"""Practice hosts of winlab: lab1 at 127.77.0.1, lab2 at 127.77.0.2, ...

WINLAB_HOSTS says how many (default 1), WINLAB_NETWORK where (default 127.77.0), so that two labs fit on one machine.
"""

import os

network = os.environ.get("WINLAB_NETWORK") or "127.77.0"

hosts = [
    (
        f"@winrm/lab{number}",
        {
            "winrm_hostname": f"{network}.{number}",
            # Practice hosts share one machine: each server listens on its host's own address only.
            "memurai_network": {"bind": [f"{network}.{number}"]},
        },
    )
    for number in range(1, int(os.environ.get("WINLAB_HOSTS") or 1) + 1)
]
