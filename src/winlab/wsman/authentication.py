"""Who is at the other end of a connection: Negotiate (NTLM) and Basic."""

from __future__ import annotations

import base64
import logging
import struct
from dataclasses import dataclass

import spnego
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from winlab.credentials import Accounts, ntlm_users_file
from winlab.wsman.ntlm import Claim, read_claim

logger = logging.getLogger(__name__)

_BASIC_CHALLENGE = 'Basic realm="WSMAN"'


@dataclass(frozen=True)
class Policy:
    """How a listener authenticates.

    Attributes:
        accounts: the host's accounts.
        offers_basic: whether Basic is offered.
        end_point_hash: the hash that channel bindings must hold, None on a listener without TLS.
    """

    accounts: Accounts
    offers_basic: bool
    end_point_hash: bytes | None


@dataclass(frozen=True)
class Verdict:
    """What an Authorization header leads to.

    Attributes:
        account: who sent the request, None when that is not known (yet).
        challenges: the WWW-Authenticate headers of the response.
    """

    account: str | None
    challenges: tuple[str, ...] = ()


class ConnectionAuthenticator:
    """The authentication state of one connection: NTLM authenticates connections, not requests."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._account: str | None = None
        self._context: spnego.ContextProxy | None = None

    @property
    def sealing_context(self) -> spnego.ContextProxy | None:
        """The security context that seals this connection's messages, None before it is complete."""
        return self._context if self._account is not None else None

    def check(self, authorization: str | None) -> Verdict:
        """Judge a request."""
        if authorization is None:
            return Verdict(self._account) if self._account is not None else self._refuse()
        scheme, _, token = authorization.partition(" ")
        try:
            if scheme.lower() == "basic":
                return self._check_basic(base64.b64decode(token, validate=True))
            if scheme.lower() == "negotiate":
                return self._check_negotiate(scheme, base64.b64decode(token, validate=True))
        except (SpnegoError, ValueError, struct.error) as error:
            logger.info("A client could not be authenticated: %s", type(error).__name__)
        return self._refuse()

    def _refuse(self) -> Verdict:
        self._account = self._context = None
        return Verdict(None, ("Negotiate", _BASIC_CHALLENGE) if self._policy.offers_basic else ("Negotiate",))

    def _check_basic(self, credentials: bytes) -> Verdict:
        if not self._policy.offers_basic:
            return self._refuse()
        for encoding in ("utf-8", "latin-1"):  # RFC 7617 leaves it open; the requests library sends Latin-1
            try:
                name, _, password = credentials.decode(encoding).partition(":")
            except UnicodeDecodeError:
                continue
            account = self._policy.accounts.verify(name, password)
            if account is not None:
                return Verdict(account)
        return self._refuse()

    def _check_negotiate(self, scheme: str, token: bytes) -> Verdict:
        if self._context is None or self._context.complete:
            self._context = self._account = None
        claim = read_claim(token)
        with ntlm_users_file(self._policy.accounts.users_file_line(claim.name) if claim else ""):
            if self._context is None:
                self._context = spnego.server(protocol="negotiate")
            answer = self._context.step(token, channel_bindings=self._channel_bindings(claim))
        challenges = (f"{scheme} {base64.b64encode(answer).decode()}",) if answer else ()
        if not self._context.complete:
            return Verdict(None, challenges)
        # What pyspnego has verified counts, not what was claimed: a token may be crafted to claim two names.
        self._account = self._policy.accounts.resolve(self._context.client_principal or "")
        return Verdict(self._account, challenges) if self._account is not None else self._refuse()

    def _channel_bindings(self, claim: Claim | None) -> GssChannelBindings | None:
        """Return what a channel binding has to be that is sent (CbtHardeningLevel Relaxed, Windows' default)."""
        end_point_hash = self._policy.end_point_hash
        if claim is None or end_point_hash is None or not claim.binds_channel:
            return None
        return GssChannelBindings(application_data=b"tls-server-end-point:" + end_point_hash)
