"""Practice hosts of winlab, with production's figures. Variables that are not set are reported per host."""

import os

winrm_user = "Administrator"
winrm_password = "env:WINLAB_PASSWORD"  # noqa: S105 - the name of a variable
winrm_ca_bundle = os.environ.get("WINLAB_CA_BUNDLE", "")
# With `winlab up --powershell` a start takes two seconds where nothing else runs, and a minute where much does.
winrm_start_timeout = 300

memurai_package = {
    "version": os.environ.get("WINLAB_PACKAGE_VERSION", ""),
    "source": os.environ.get("WINLAB_PACKAGE", ""),
    "sha256": os.environ.get("WINLAB_PACKAGE_SHA256", ""),
}

memurai_security = {
    "password": "env:MEMURAI_LAB_PASSWORD",
    "renamed_commands": {
        "FLUSHDB": "",
        "FLUSHALL": "",
        "KEYS": "",
        "CONFIG": "env:MEMURAI_LAB_CONFIG_COMMAND",
    },
}
