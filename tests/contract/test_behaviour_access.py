"""Get-WinAcl and Set-WinAcl."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from contract_host import ContractHost

from winfra.operations.files import entry_parameters
from winfra.security import (
    ADMINISTRATORS,
    LOCAL_SERVICE,
    NETWORK_SERVICE,
    SYSTEM,
    USERS,
    AccessEntry,
    Rights,
    allow,
    service_sid,
)

# Administrators keep the right to remove what a test leaves.
BASE = (allow(SYSTEM, Rights.FULL_CONTROL), allow(ADMINISTRATORS, Rights.FULL_CONTROL))
DELETE = 0x10000
