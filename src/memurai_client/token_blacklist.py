"""Revoked tokens: each for the rest of its life, by its id (`jti`), at a server that does not forget."""

from collections.abc import Sequence
from typing import Any

from redis import Redis
from redis.exceptions import ResponseError

from memurai_client.conversation import Blocking, Client, Connected, Conversation, blocking
from memurai_client.exceptions import ForgetfulServerError
from memurai_client.names import checked_duration, checked_name, checked_names, checked_time, text, texts
from memurai_client.refusals import word_of
from memurai_client.scripts import script

BLACKLIST = "token:blacklist:"
ACCEPT = "or accept that with accept_forgotten_revocations=True"
REGISTER = ("clock", "register_token")
REVOKE = ("clock", "revoke", "revoke_token")
REVOKE_ALL = ("clock", "revoke", "revoke_tokens")


class Blacklist(Connected[Client]):
    """What a blacklist asks: its keys, its scripts and what the replies mean.

    A token with the id `jti` is revoked while the key `token:blacklist:JTI` exists. Before anything else it asks the
    server whether it would forget such keys, and refuses one that would.

    Args:
        client: The client whose pool it uses.
        grace: Seconds beyond a token's end for which it stays revoked: what those who check tokens forgive in clocks.
        accept_forgotten_revocations: Use a server also if it may evict keys, or has no append-only file.

    Raises:
        ConfigurationError: The grace is out of its bounds.
    """

    def __init__(self, client: Client, *, grace: float = 60, accept_forgotten_revocations: bool = False) -> None:
        self._connect(client)
        self._grace = -(-checked_duration(grace, "grace", least=0) // 1000)
        self._started = accept_forgotten_revocations

    def start_steps(self) -> Conversation[None]:
        """Ask the server once whether it would forget revocations; the first other call does so too.

        INFO is asked, since CONFIG is renamed on a hardened server.

        Raises:
            ForgetfulServerError: It may evict keys, or keeps no append-only file, or does not tell.
        """
        if self._started:
            return
        memory = yield from _information("memory")
        persistence = yield from _information("persistence")
        problems = _problems(memory.get("maxmemory_policy", "unknown"), persistence.get("aof_enabled", "unknown"))
        if problems:
            raise ForgetfulServerError(
                f"this server would forget revoked tokens: {'; '.join(problems)}. Use one that keeps them, {ACCEPT}"
            )
        self._started = True

    def revoke_steps(self, jti: str, *, expires_at: float) -> Conversation[None]:
        """Revoke a token for the rest of its life. One that was revoked for longer stays so.

        Args:
            jti: The token's id.
            expires_at: The token's `exp`: its end, in seconds since 1970.
        """
        key, ends = self.key(jti), checked_time(expires_at, "expires_at")
        yield from self.start_steps()
        yield from script(*REVOKE).run([key], (ends + self._grace,))

    def is_revoked_steps(self, jti: str) -> Conversation[bool]:
        """Tell whether a token is revoked."""
        return (yield from self.are_revoked_steps((jti,)))[jti]

    def are_revoked_steps(self, jtis: Sequence[str]) -> Conversation[dict[str, bool]]:
        """Tell of each token whether it is revoked, in one round trip."""
        keys: list[str] = [BLACKLIST + jti for jti in checked_names(jtis, "jti")]
        if not keys:
            return {}
        yield from self.start_steps()
        values: list[Any] = yield "MGET", *keys
        return {jti: value is not None for jti, value in zip(jtis, values, strict=True)}

    def register_steps(self, jti: str, *, user: str, expires_at: float) -> Conversation[None]:
        """Note a new token as one of its user's, so that `revoke_user` reaches it.

        Args:
            jti: The token's id.
            user: Whose it is.
            expires_at: The token's `exp`: its end, in seconds since 1970.
        """
        arguments = (checked_time(expires_at, "expires_at"), self._grace, checked_name(jti, "jti"))
        yield from self.start_steps()
        yield from script(*REGISTER).run([_user_key(user)], arguments)

    def revoke_user_steps(self, user: str) -> Conversation[int]:
        """Revoke all registered tokens of a user, and return how many; a token registered afterwards is not."""
        tokens = _user_key(user)
        yield from self.start_steps()
        jtis: list[str] = texts((yield "ZRANGE", tokens, 0, -1))
        keys: list[str] = [tokens, *map(self.key, jtis)]
        revoked: int = yield from script(*REVOKE_ALL).run(keys, (self._grace, *jtis))
        return revoked

    def key(self, jti: str) -> str:
        """Return the server's key of a revoked token."""
        return BLACKLIST + checked_name(jti, "jti")


class TokenBlacklist(Blocking, Blacklist[Redis]):
    """Revoked tokens over a blocking client; `Blacklist` describes its arguments."""

    start = blocking(Blacklist.start_steps)
    revoke = blocking(Blacklist.revoke_steps)
    is_revoked = blocking(Blacklist.is_revoked_steps)
    are_revoked = blocking(Blacklist.are_revoked_steps)
    register = blocking(Blacklist.register_steps)
    revoke_user = blocking(Blacklist.revoke_user_steps)


def _user_key(user: str) -> str:
    return "token:user:" + checked_name(user, "user")


def _information(section: str) -> Conversation[dict[str, str]]:
    try:
        info = yield "INFO", section
    except ResponseError as error:
        if word_of(error) != "NOPERM" and "unknown command" not in str(error):
            raise
        raise ForgetfulServerError(
            f"whether this server would forget revoked tokens is not known: it does not answer INFO ({error}). Let its "
            f"user ask that, {ACCEPT}"
        ) from None
    lines = (line.partition(":") for line in text(info).splitlines())
    return {name: value.strip() for name, separator, value in lines if separator}


def _problems(policy: str, append_only: str) -> list[str]:
    problems = []
    if policy != "noeviction":
        problems.append(f"its maxmemory-policy is {policy}, which may evict them (expected noeviction)")
    if append_only != "1":
        problems.append(
            f"its append-only file is off (aof_enabled is {append_only}): a crash loses those since the last snapshot"
        )
    return problems
