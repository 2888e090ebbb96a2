"""Production. Secrets are named by their source; they are never written here."""

winrm_user = "Administrator"
winrm_password = "env:WINRM_PASSWORD"  # noqa: S105 - the name of a variable

memurai_security = {
    "password": "env:MEMURAI_PROD_PASSWORD",
    "renamed_commands": {
        "FLUSHDB": "",
        "FLUSHALL": "",
        "KEYS": "",
        "CONFIG": "env:MEMURAI_PROD_CONFIG_COMMAND",
    },
}

# An application that keeps revoked tokens or sessions here names them in memurai_application["stores"]; then "policy"
# is "noeviction", because every other policy may forget them when the memory is used up.
memurai_memory = {"maxmemory": "2gb"}

memurai_application = {"workers": 4, "max_connections": 160, "target_users": 10000}
