"""Two instances of Memurai on one practice host of winlab: a cache, and sessions that may not be forgotten.

    winlab run --inventory inventories/lab_instances.py -- pyinfra inventories/lab_instances.py deploy.py -y

Each instance is a host of its own to pyinfra. What is not said here is the same for both, the installed product above
all; name, folders, ports and password are each one's own.
"""

import os

network = os.environ.get("WINLAB_NETWORK") or "127.77.0"
address = f"{network}.1"

# The variable's name makes the group, whose data is in group_data/lab.py.
lab = [
    (
        "@winrm/cache",
        {
            "winrm_hostname": address,
            # A practice host's servers listen on its own address only.
            "memurai_network": {"bind": [address], "port": 6379},
            "memurai_service": {"name": "Memurai-cache", "trial_port": 16379},
            "memurai_storage": {"base": "C:/ProgramData/Memurai/cache", "backup": "C:/Backups/Redis/cache"},
            "memurai_backup": {"rehearsal_port": 6399},
            # Without an append-only file, which a cache can do without.
            "memurai_persistence": {"appendonly": False},
            "memurai_memory": {"maxmemory": "1gb"},
        },
    ),
    (
        "@winrm/sessions",
        {
            "winrm_hostname": address,
            "memurai_network": {"bind": [address], "port": 6389},
            "memurai_service": {"name": "Memurai-sessions", "trial_port": 16389},
            "memurai_storage": {"base": "C:/ProgramData/Memurai/sessions", "backup": "C:/Backups/Redis/sessions"},
            "memurai_backup": {"rehearsal_port": 6398},
            "memurai_memory": {"maxmemory": "512mb", "policy": "noeviction"},
            "memurai_application": {"stores": ["token_blacklist", "sessions"]},
            "memurai_security": {
                "password": "env:MEMURAI_LAB_SECOND_PASSWORD",
                "renamed_commands": {"FLUSHDB": "", "FLUSHALL": "", "KEYS": ""},
            },
        },
    ),
]
