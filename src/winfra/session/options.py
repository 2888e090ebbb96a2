"""How one host is reached: the winrm_* keys of its pyinfra data, checked before anything is tried."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pyinfra.api import HiddenValue

from winfra.exceptions import ConnectionOptionsError, SecretError
from winfra.secrets import SOURCES, resolve

PREFIX = "winrm_"
DEFAULT_PORTS = {"https": 5986, "http": 5985}
PASSWORD_TRANSPORTS = ("ntlm", "basic", "credssp")


class ConnectionOptions(BaseModel):
    """The checked winrm_* data of one host. Times are in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, arbitrary_types_allowed=True)

    hostname: str = Field(min_length=1, description="name or address to connect to; the host's name when not given")
    user: str | None = Field(None, description="account, local (`Administrator`) or domain (`DOMAIN\\user`)")
    password: str | HiddenValue | None = Field(None, description=f"a source ({SOURCES}), or a HiddenValue")
    scheme: Literal["https", "http"] = Field("https", description="https, or http for networks you trust")
    port: int | None = Field(None, ge=1, le=65535, description="TCP port; 5986 for https, 5985 for http")
    transport: Literal["ntlm", "basic", "kerberos", "credssp", "certificate"] = Field(
        "ntlm", description="how to authenticate"
    )
    ca_bundle: str | None = Field(None, description="PEM file of the CA that signed the host's certificate")
    validate_certificate: bool = Field(True, description="refuse a certificate that no trusted CA signed")
    allow_basic_over_http: bool = Field(False, description="send the password readable over the network")
    cert_pem: str | None = Field(None, description="client certificate for the certificate transport")
    cert_key_pem: str | None = Field(None, description="key of that certificate")
    operation_timeout: int = Field(20, ge=1, le=600, description="longest wait of one WinRM request")
    read_timeout: int = Field(30, ge=2, le=900, description="longest wait for the network; above operation_timeout")
    start_timeout: int = Field(60, ge=1, le=600, description="longest wait for PowerShell to start")

    @property
    def endpoint(self) -> str:
        """The URL of the host's WinRM service."""
        return f"{self.scheme}://{self.hostname}:{self.port or DEFAULT_PORTS[self.scheme]}/wsman"

    @classmethod
    def from_host_data(cls, host: str, data: Mapping[str, object]) -> ConnectionOptions:
        """Return the options of a host.

        host: the host's name in the inventory, for messages.
        data: all of the host's data; only keys that begin with `winrm_` are read.

        Raises ConnectionOptionsError with every problem found.
        """
        given = {key.removeprefix(PREFIX): value for key, value in data.items() if key.startswith(PREFIX)}
        try:
            options = cls(**given)  # type: ignore[arg-type]  # pydantic checks the types, that is the point
        except ValidationError as error:
            problems = [_problem(item["loc"], item["type"], item["msg"]) for item in error.errors(include_input=False)]
            raise ConnectionOptionsError(f"{host}: " + "; ".join(problems)) from None
        options.check_together(host)
        return options

    def check_together(self, host: str) -> None:
        """Raise ConnectionOptionsError for options that are right alone and wrong together."""
        problems = [text for wrong, text in self._conflicts() if wrong]
        if problems:
            raise ConnectionOptionsError(f"{host}: " + "; ".join(problems))

    def _conflicts(self) -> list[tuple[bool, str]]:
        uses_password = self.transport in PASSWORD_TRANSPORTS
        return [
            (
                self.transport == "basic" and self.scheme == "http" and not self.allow_basic_over_http,
                (
                    "basic over http sends the password readable to everyone on the network: use winrm_scheme https "
                    "or winrm_transport ntlm (or, where truly wanted, winrm_allow_basic_over_http = True)"
                ),
            ),
            (uses_password and not self.user, f"winrm_user: the {self.transport} transport needs one, found none"),
            (uses_password and self.password is None, f"winrm_password: expected a source like {SOURCES}, found none"),
            (
                self.transport == "certificate" and not (self.cert_pem and self.cert_key_pem),
                "the certificate transport needs winrm_cert_pem and winrm_cert_key_pem",
            ),
            (
                self.transport == "certificate" and self.scheme == "http",
                "the certificate transport is one of https: http would send everything readable",
            ),
            (
                self.read_timeout <= self.operation_timeout,
                (
                    f"winrm_read_timeout ({self.read_timeout}) must be above winrm_operation_timeout "
                    f"({self.operation_timeout})"
                ),
            ),
            (
                bool(self.ca_bundle) and not Path(self.ca_bundle or "").is_file(),
                f"winrm_ca_bundle: expected a PEM file, found none at {self.ca_bundle}",
            ),
        ]

    def password_value(self, host: str) -> HiddenValue | None:
        """Return the password, looked up now; None for transports without one.

        Raises ConnectionOptionsError when its source gives nothing.
        """
        if self.password is None:
            return None
        try:
            return resolve(self.password, what=f"{PREFIX}password of {host}")
        except SecretError as error:
            raise ConnectionOptionsError(str(error)) from None


def _problem(location: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(location[0])
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(name, ConnectionOptions.model_fields, n=1)
        hint = f", did you mean {PREFIX}{near[0]}?" if near else f"; known: {', '.join(ConnectionOptions.model_fields)}"
        return f"{PREFIX}{name}: unknown key{hint}"
    return f"{PREFIX}{name}: {message[0].lower()}{message[1:]}"
