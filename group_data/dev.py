"""Development: one worker, few users. Secrets are named by their source; they are never written here."""

winrm_user = "Administrator"
winrm_password = "env:WINRM_PASSWORD"  # noqa: S105 - the name of a variable

memurai_security = {
    "password": "env:MEMURAI_DEV_PASSWORD",
    "renamed_commands": {
        "FLUSHDB": "",
        "FLUSHALL": "",
        "KEYS": "",
        "CONFIG": "env:MEMURAI_DEV_CONFIG_COMMAND",
    },
}

memurai_memory = {"maxmemory": "256mb"}

memurai_application = {"workers": 1, "max_connections": 20, "target_users": 100}
