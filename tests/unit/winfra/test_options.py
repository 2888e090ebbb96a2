"""Wrong winrm_* data is refused with every problem, and fails its host only."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyinfra.api import HiddenValue

from winfra.exceptions import ConnectionOptionsError
from winfra.session.options import ConnectionOptions

GOOD: dict[str, object] = {
    "winrm_hostname": "cache1",
    "winrm_user": "Administrator",
    "winrm_password": HiddenValue("canary-7391"),
}


def options(**data: object) -> ConnectionOptions:
    return ConnectionOptions.from_host_data("@winrm/cache1", {**GOOD, **data})


def test_the_default_is_https_with_ntlm_and_a_validated_certificate() -> None:
    found = options()
    assert found.endpoint == "https://cache1:5986/wsman"
    assert (found.transport, found.validate_certificate) == ("ntlm", True)


def test_http_has_its_own_port() -> None:
    assert options(winrm_scheme="http").endpoint == "http://cache1:5985/wsman"
    assert options(winrm_scheme="http", winrm_port=80).endpoint == "http://cache1:80/wsman"


def test_data_of_others_is_left_alone() -> None:
    assert options(ssh_user="x", memurai_network={}).user == "Administrator"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"winrm_pasword": "x"}, "winrm_pasword: unknown key, did you mean winrm_password?"),
        ({"winrm_port": "5986"}, "winrm_port: input should be a valid integer"),
        ({"winrm_port": 70000}, "winrm_port: input should be less than or equal to 65535"),
        ({"winrm_transport": "telnet"}, "winrm_transport: input should be 'ntlm', 'basic'"),
        ({"winrm_user": None}, "winrm_user: the ntlm transport needs one"),
        ({"winrm_password": None}, "winrm_password: expected a source like env:NAME"),
        ({"winrm_transport": "certificate"}, "needs winrm_cert_pem and winrm_cert_key_pem"),
        ({"winrm_transport": "certificate", "winrm_scheme": "http"}, "http would send everything readable"),
        ({"winrm_read_timeout": 10}, "winrm_read_timeout (10) must be above winrm_operation_timeout (20)"),
        ({"winrm_ca_bundle": "/not/there.pem"}, "expected a PEM file, found none at /not/there.pem"),
        ({"winrm_transport": "basic", "winrm_scheme": "http"}, "basic over http sends the password readable"),
    ],
)
def test_what_is_wrong_is_named_with_its_host(data: dict[str, object], expected: str) -> None:
    with pytest.raises(ConnectionOptionsError) as caught:
        options(**data)
    assert expected in str(caught.value)
    assert str(caught.value).startswith("@winrm/cache1: ")
    assert "canary" not in str(caught.value)


def test_every_problem_is_reported_at_once() -> None:
    with pytest.raises(ConnectionOptionsError) as caught:
        options(winrm_port="x", winrm_scheme="ftp")
    assert "winrm_port" in str(caught.value)
    assert "winrm_scheme" in str(caught.value)


def test_basic_over_http_is_possible_when_explicitly_allowed() -> None:
    found = options(winrm_transport="basic", winrm_scheme="http", winrm_allow_basic_over_http=True)
    assert found.transport == "basic"


def test_a_password_that_is_not_set_names_its_variable() -> None:
    with pytest.raises(ConnectionOptionsError, match=r"winrm_password of @winrm/cache1.*NOT_SET_ANYWHERE"):
        options(winrm_password="env:NOT_SET_ANYWHERE").password_value("@winrm/cache1")


def test_the_password_comes_from_any_source(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("canary-7391\n")
    path.chmod(0o600)
    for source in (f"file:{path}", "cmd:echo canary-7391"):
        password = options(winrm_password=source).password_value("@winrm/cache1")
        assert password is not None
        assert password.unmask() == "canary-7391"


def test_a_ca_bundle_that_exists_is_taken(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("x")
    assert options(winrm_ca_bundle=str(bundle)).ca_bundle == str(bundle)
