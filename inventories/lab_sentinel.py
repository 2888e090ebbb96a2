"""A set on three practice hosts of winlab, lab1 to lab3: each has a server and a Sentinel; lab1 begins as the primary.

winlab run --inventory inventories/lab_sentinel.py -- pyinfra inventories/lab_sentinel.py deploy.py -y
"""

import os

network = os.environ.get("WINLAB_NETWORK") or "127.77.0"

# The variable's name makes the group, whose data is in group_data/lab.py.
lab = [
    (
        f"@winrm/lab{number}",
        {
            "winrm_hostname": f"{network}.{number}",
            # A practice host's server listens on its own address only.
            "memurai_network": {"bind": [f"{network}.{number}"]},
            "memurai_replication": {
                "enabled": True,
                "first_primary": "lab1",
                "sentinel_password": "env:MEMURAI_LAB_SENTINEL_PASSWORD",
                # So that nobody waits long for a failover on a practice host.
                "down_after_milliseconds": 2000,
            },
        },
    )
    for number in (1, 2, 3)
]
