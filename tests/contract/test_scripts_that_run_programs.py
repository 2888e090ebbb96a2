"""Scripts that run programs, which the practice host's answers in Python do not: on a PowerShell only."""

from __future__ import annotations

import pytest
from contract_host import ContractHost

CMD = "& C:\\Windows\\System32\\cmd.exe /c"


@pytest.fixture(autouse=True)
def _only_in_a_powershell(request: pytest.FixtureRequest) -> None:
    if request.node.callspec.params["host"] == "answers":
        pytest.skip("the practice host's answers in Python run no program for a script")


def test_what_a_program_says_on_standard_error_is_no_failure(host: ContractHost) -> None:
    reply = host.run(f"{CMD} 'echo said 1>&2'; 'after'")
    assert (reply.exit_code, reply.stdout) == (0, b"after\r\n")
    assert "said" in reply.stderr.decode()


def test_the_exit_code_of_the_last_program_is_that_of_the_script(host: ContractHost) -> None:
    assert host.run(f"{CMD} 'exit 7'; 'after'").exit_code == 7
    assert host.run(f"{CMD} 'exit 7'; {CMD} 'exit 0'").exit_code == 0
    assert host.run("'no program'").exit_code == 0


def test_an_exit_code_of_its_own_counts_more_than_that_of_a_program(host: ContractHost) -> None:
    assert host.run(f"{CMD} 'exit 7'; exit 0").exit_code == 0
    assert host.run(f"{CMD} 'exit 0'; exit 3").exit_code == 3
