"""A short example of each group, as it stands in group data. The tests load them all together."""

EXAMPLES = {
    "memurai_package": """
memurai_package = {
    "version": "4.1.2",
    "source": "packages/Memurai-Developer-v4.1.2.msi",
    "sha256": "11d009c8e93912e1899b5263d0e7d78907903913e1672b30020612ada6d27446",
    "license_file": "packages/memurai-license.txt",
}
""",
    "memurai_storage": """
memurai_storage = {"base": "D:/Memurai", "backup": "E:/Backups/Redis"}
""",
    "memurai_network": """
memurai_network = {"bind": ["127.0.0.1", "-10.20.0.5"], "allowed_addresses": ["10.20.1.0/24", "10.20.2.7"]}
""",
    "memurai_security": """
memurai_security = {
    "password": "file:~/.memurai/prod-password",
    "renamed_commands": {
        "FLUSHDB": "",
        "FLUSHALL": "",
        "KEYS": "",
        "CONFIG": "env:MEMURAI_PROD_CONFIG_COMMAND",
    },
}
""",
    "memurai_persistence": """
memurai_persistence = {"save": [(900, 1), (60, 10000)], "appendfsync": "everysec"}
""",
    "memurai_memory": """
memurai_memory = {"maxmemory": "4gb", "policy": "noeviction"}
""",
    "memurai_logging": """
memurai_logging = {"loglevel": "verbose"}
""",
    "memurai_diagnostics": """
memurai_diagnostics = {"slowlog_log_slower_than": 5000, "slowlog_max_len": 1000}
""",
    "memurai_service": """
memurai_service = {"recovery_delays_seconds": [5, 30, 60], "ready_timeout_seconds": 600}
""",
    "memurai_application": """
memurai_application = {"stores": ["token_blacklist", "sessions", "rate_limits"], "max_connections": 160}
""",
    "memurai_users": """
memurai_users = {
    "enabled": True,
    "application_keys": ["session:*", "blacklist:*"],
    "application_channels": [],
    # Only in a set: memurai_replication.
    "sentinel": "sentinel",
    "replica": "replica",
}
""",
    "memurai_tls": """
memurai_tls = {
    "enabled": True,
    "certificate": "certificates/cache1.crt",
    "key": "certificates/cache1.key",
    "ca": "certificates/ca.crt",
}
""",
    "memurai_replication": """
# The same for all hosts of the set, so in its group's data. The address of each is that of its memurai_network.
memurai_replication = {"enabled": True, "set_name": "cache", "first_primary": "cache1", "quorum": 2}
""",
    "memurai_backup": """
memurai_backup = {"at": "01:30", "keep_days": 14, "include_append_only": True, "copy_to": "//backup1/memurai/cache1"}
""",
    "memurai_monitoring": """
memurai_monitoring = {"every_minutes": 1, "memory_warning_percent": 70}
""",
    "memurai_extra": """
memurai_extra = {
    "directives": {
        "hz": 20,
        "activerehashing": True,
        "client-output-buffer-limit": ["pubsub", "32mb", "8mb", 60],
    },
}
""",
}
