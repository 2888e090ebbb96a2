"""What the rules of a host have its PowerShell do beside its work, which answers in Python know nothing of."""

from __future__ import annotations

import pytest
from contract_host import ContractHost, PracticeHost
from judge import installation, why_none

pytestmark = pytest.mark.skipif(installation() is None, reason=why_none())


def test_a_transcript_has_neither_parameters_nor_answers_of_calls(powershell_host: ContractHost) -> None:
    folder = powershell_host.new_folder()
    powershell_host.put(f"{folder}\\read.txt", b"canary-5417-answer")
    powershell_host.run(f"Start-Transcript -Path '{folder}\\transcript.txt'")
    assert powershell_host.kind(f"{folder}\\canary-5417-parameter") == "Absent"
    assert powershell_host.call("Get-WinTextFile", Path=f"{folder}\\read.txt")["Content"] == "canary-5417-answer"
    powershell_host.run("'canary-6528-script'; Stop-Transcript")
    transcript = powershell_host.read(f"{folder}\\transcript.txt").decode()
    assert "canary-6528-script" in transcript
    assert "canary-5417" not in transcript


def test_an_account_without_a_folder_for_temporary_files_has_one_of_the_host(
    powershell_host: PracticeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compiler of .NET Framework writes there, which the agent needs to start."""
    for name in ("TMP", "TEMP"):
        monkeypatch.setitem(powershell_host.machine.environment, name, "C:\\Users\\none\\Temp")
    session = powershell_host.connect()
    reply = session.run("[IO.Path]::GetTempPath()", {}, 120)
    session.close()
    assert reply.stdout.decode().strip().lower() == "c:\\windows\\temp\\"
