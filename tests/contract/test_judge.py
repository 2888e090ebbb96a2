"""The real PowerShell itself: that it is one, and what becomes of text that is none. Skipped where there is none."""

from __future__ import annotations

import pytest
from contract_host import ContractHost
from judge import installation, why_none

import winfra.session.process
from winfra.exceptions import HostConnectionError

pytestmark = pytest.mark.skipif(installation() is None, reason=why_none())


def test_it_is_a_powershell_for_windows_on_the_hosts_own_drive(powershell_host: ContractHost) -> None:
    path = f"{powershell_host.new_folder()}\\made.txt"
    reply = powershell_host.run(f"[IO.File]::WriteAllText('{path.upper()}', [Environment]::OSVersion.Platform)")
    assert (reply.exit_code, reply.stderr) == (0, b"")
    assert powershell_host.read(path) == b"Win32NT"


def test_a_file_that_it_can_not_parse_is_told_by_its_function(
    powershell_host: ContractHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = winfra.session.process.library_text()
    wrong = text.replace("function New-WinDirectory {", "function New-WinDirectory {\n    if (", 1)
    monkeypatch.setattr(winfra.session.process, "library_text", lambda: wrong)
    with pytest.raises(HostConnectionError) as refusal:
        powershell_host.connect()
    message = str(refusal.value)
    assert "Expected text that PowerShell 7" in message
    assert "found in New-WinDirectory, at '[OutputType([pscustomobject])]': Unexpected attribute" in message
    assert message.endswith("Correct the file of that function.")
