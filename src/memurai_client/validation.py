"""What every request of a logged-in caller is checked for, in one script: its token, its limit and its session."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Generic

from redis import Redis

from memurai_client.conversation import Client, Connected, Conversation, Server, blocking
from memurai_client.exceptions import ConfigurationError
from memurai_client.names import text
from memurai_client.rate_limiter import NUMBERS_OF_A_DECISION, Decision, RateLimit
from memurai_client.scripts import script
from memurai_client.sessions import Session, SessionStore, stored_session
from memurai_client.token_blacklist import Blacklist


class Outcome(StrEnum):
    """What became of a request's check."""

    VALID = "valid"
    REVOKED = "revoked"
    NO_SESSION = "no session"
    LIMITED = "limited"


@dataclass(frozen=True, slots=True)
class Validation:
    """What a check found; true in a condition if the request is valid.

    Args:
        outcome: What became of it. The first that applies of: revoked, no session, limited.
        decision: The limit's; none for a request that was not counted: its token is revoked, or its session not there.
        session: The session of a valid request, where there are sessions.
    """

    outcome: Outcome
    decision: Decision | None = None
    session: Session | None = None

    def __bool__(self) -> bool:
        """Tell whether the request is valid."""
        return self.outcome is Outcome.VALID


class RequestCheck(Generic[Client]):
    """What a request's check asks, and what the replies mean.

    Whether a token is revoked can't be guessed: while the server can't be reached the error is raised, whatever the
    limiter answers by itself then.

    Args:
        blacklist: The revoked tokens; its client's pool is used.
        limiter: The limit, at the same server.
        sessions: The sessions at the same server, if requests have any.

    Raises:
        ConfigurationError: One of them is blocking and the check asyncio's, or the other way round.
    """

    _kind: ClassVar[type]  # of its server: blocking, or asyncio's

    def __init__(
        self, blacklist: Blacklist[Client], limiter: RateLimit[Client], sessions: SessionStore[Client] | None = None
    ) -> None:
        parts: list[Connected[Any]] = [blacklist, limiter, *([] if sessions is None else [sessions])]
        for part in parts:
            if not isinstance(part.server, self._kind):
                # Its answer would be a coroutine, which is true in every condition.
                raise ConfigurationError(
                    f"expected parts of {type(self).__module__.rpartition('.')[0]}, found {type(part)}"
                )
        self.server = blacklist.server
        self._blacklist: Blacklist[Client] = blacklist
        self._limiter: RateLimit[Client] = limiter
        self._sessions: SessionStore[Client] | None = sessions
        self._script = script(*limiter.parts, "session_read", "validate")

    def validate_steps(self, *, jti: str, limit_key: str, session_id: str | None = None) -> Conversation[Validation]:
        """Check a request in one round trip.

        A revoked token or an ended session takes nothing from the limit, and a request that the limit refuses lets no
        session live longer.

        Args:
            jti: The token's id.
            limit_key: What is limited, such as the user.
            session_id: The session's id; without one there is no session, where there are sessions.

        Raises:
            ConfigurationError: A session's id was given to a check without sessions.
        """
        keys = [self._blacklist.key(jti), self._limiter.key(limit_key)]
        idle = 0
        if self._sessions is not None:
            if session_id is None:
                revoked = yield from self._blacklist.is_revoked_steps(jti)
                return Validation(Outcome.REVOKED if revoked else Outcome.NO_SESSION)
            keys.append(self._sessions.key(session_id))
            idle = self._sessions.idle_milliseconds
        elif session_id is not None:
            raise ConfigurationError("session_id: expected none, since this check was made without sessions")
        yield from self._blacklist.start_steps()
        reply = yield from self._script.run(keys, (self._limiter.limit, self._limiter.window_milliseconds, idle))
        return self._validation(session_id, *reply)

    def _validation(self, session_id: str | None, outcome: str | bytes, *rest: Any) -> Validation:
        decision = self._limiter.decision(rest[:NUMBERS_OF_A_DECISION]) if rest else None
        found = rest[NUMBERS_OF_A_DECISION:]
        session = None if session_id is None or not found else stored_session(session_id, found[0])
        return Validation(Outcome(text(outcome)), decision, session)


class RequestValidator(RequestCheck[Redis]):
    """Checks requests over a blocking client; `RequestCheck` describes its arguments."""

    _kind = Server

    validate = blocking(RequestCheck.validate_steps)
