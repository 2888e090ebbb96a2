"""Three practice hosts of winlab, lab1 to lab3, for a set of servers and their Sentinels.

The deploy makes no sets yet: each host gets a server of its own.

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
        },
    )
    for number in (1, 2, 3)
]
