"""Staging: like production, smaller. Secrets are named by their source; they are never written here."""

winrm_user = "Administrator"
winrm_password = "env:WINRM_PASSWORD"  # noqa: S105 - the name of a variable

memurai_security = {
    "password": "env:MEMURAI_STAGING_PASSWORD",
    "renamed_commands": {
        "FLUSHDB": "",
        "FLUSHALL": "",
        "KEYS": "",
        "CONFIG": "env:MEMURAI_STAGING_CONFIG_COMMAND",
    },
}

memurai_memory = {"maxmemory": "1gb"}

memurai_application = {"workers": 2, "max_connections": 60, "target_users": 1000}
