"""Sessions: a hash for each, which ends when it lies idle or its life is over. Ids are stored hashed."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis

from memurai_client.conversation import Blocking, Client, Connected, Conversation, Request, blocking
from memurai_client.exceptions import ConfigurationError
from memurai_client.names import checked_duration, checked_name, text, texts
from memurai_client.scripts import script

BYTES_OF_AN_ID = 32
USER, CREATED, ENDS = "_user", "_created", "_ends"
OPEN = ("clock", "session_write", "session_open")
GET = ("clock", "session_read", "session_get")
UPDATE = ("clock", "session_read", "session_write", "session_update")
LIST = ("session_list",)
END = ("session_end",)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that is there.

    Args:
        handle: The hash of its id: names it in lists, and opens nothing.
        user: Whose it is; none before a login.
        created: When it began, by the server's clock, in seconds since 1970.
        expires_in: Seconds until it ends if nobody uses it.
        data: What the application keeps in it.
    """

    handle: str
    user: str | None
    created: float
    expires_in: float
    data: dict[str, str]


class SessionStore(Connected[Client]):
    """What sessions ask: keys, scripts and what the replies mean.

    Args:
        client: The client whose pool it uses.
        idle: Seconds after which a session ends that nobody uses.
        life: Seconds after which a session ends in any case, counted from its login.

    Raises:
        ConfigurationError: A time is out of its bounds, or the idle time longer than the life.
    """

    def __init__(self, client: Client, *, idle: float = 1800, life: float = 43_200) -> None:
        self._connect(client)
        self.idle_milliseconds = checked_duration(idle, "idle")
        self._life = checked_duration(life, "life")
        if self.idle_milliseconds > self._life:
            raise ConfigurationError(f"idle: expected at most the life of {life} s, found {idle}")

    def create_steps(self, user: str | None = None, data: Mapping[str, str] | None = None) -> Conversation[str]:
        """Begin a session, and return its id: the secret that its user's cookie holds.

        Args:
            user: Whose it is; none for a visitor who may log in later.
            data: What the application keeps in it; names must not begin with an underscore.
        """
        return (yield from self._open(user, data or {}))

    def rotate_steps(self, session_id: str | None, user: str) -> Conversation[str]:
        """Give a session a new id at its user's login, and return it: the id from before is worth nothing afterwards.

        Its data come along, unless it was another user's; its life begins anew. A session that is not there (any more)
        becomes an empty new one.

        Args:
            session_id: The id so far, if there is one.
            user: Who has logged in.
        """
        if session_id is None:
            return (yield from self._open(user, {}))
        stored = yield "HGET", self.key(session_id), USER
        former_user = text(stored) if stored else None
        if former_user not in (None, user):
            yield from self.end_steps(session_id)
            return (yield from self._open(user, {}))
        return (yield from self._open(user, {}, session_id, former_user))

    def get_steps(self, session_id: str) -> Conversation[Session | None]:
        """Return a session and let its idle time begin anew; none if it is not there."""
        reply = yield from script(*GET).run([self.key(session_id)], (self.idle_milliseconds,))
        return stored_session(session_id, reply)

    def update_steps(self, session_id: str, data: Mapping[str, str]) -> Conversation[Session | None]:
        """Write data into a session, and return it; none, and nothing is written, if it is not there."""
        pairs: list[str] = _pairs(data)
        if not pairs:
            return (yield from self.get_steps(session_id))
        reply = yield from script(*UPDATE).run([self.key(session_id)], (self.idle_milliseconds, *pairs))
        return stored_session(session_id, reply)

    def remove_steps(self, session_id: str, *names: str) -> Conversation[int]:
        """Remove data from a session, and return how many of the names were there."""
        key = self.key(session_id)
        fields: list[str] = [_checked_field(name) for name in names]
        if not fields:
            return 0
        removed: int = yield "HDEL", key, *fields
        return removed

    def end_steps(self, session_id: str) -> Conversation[bool]:
        """End a session (log out), and return whether it was there."""
        user = yield "HGET", self.key(session_id), USER
        if not user:
            return bool((yield "DEL", self.key(session_id)))
        return (yield from self._end(text(user), [_handle(session_id)])) == 1

    def list_user_steps(self, user: str) -> Conversation[list[Session]]:
        """Return a user's sessions, the one with the longest life first."""
        handles: list[str] = texts((yield "ZRANGE", _user_key(user), 0, -1, "REV"))
        keys = [_user_key(user), *map(_session_key, handles)]
        reply = yield from script(*LIST).run(keys, tuple(handles))
        found = (_session(handle, left, fields) for handle, (left, fields) in zip(handles, reply, strict=True))
        return [session for session in found if session]

    def end_user_steps(self, user: str) -> Conversation[int]:
        """End all sessions of a user, and return how many there were."""
        return (yield from self._end(user, texts((yield "ZRANGE", _user_key(user), 0, -1))))

    def end_listed_steps(self, user: str, handle: str) -> Conversation[bool]:
        """End one session of a user's list, and return whether it was one of theirs.

        Args:
            user: Whose list.
            handle: The session's handle, as the list names it.
        """
        if (yield "ZSCORE", _user_key(user), checked_name(handle, "handle of a session")) is None:
            return False
        return (yield from self._end(user, [handle])) == 1

    def key(self, session_id: str) -> str:
        """Return the server's key of a session."""
        return _session_key(_handle(session_id))

    def _open(
        self, user: str | None, data: Mapping[str, str], former_id: str | None = None, former_user: str | None = None
    ) -> Conversation[str]:
        session_id = secrets.token_urlsafe(BYTES_OF_AN_ID)
        handles: list[str] = [_handle(each) if each else "" for each in (session_id, former_id)]
        keys = [_session_key(handles[0])]
        if user is not None:
            keys.append(_user_key(user))
        if former_id is not None:
            keys.append(_session_key(handles[1]))
        if former_user is not None:
            keys.append(_user_key(former_user))
        arguments: Request = (self.idle_milliseconds, self._life, user or "", *handles, *_pairs(data))
        yield from script(*OPEN).run(keys, arguments)
        return session_id

    def _end(self, user: str, handles: Sequence[str]) -> Conversation[int]:
        ended: int = yield from script(*END).run([_user_key(user), *map(_session_key, handles)], tuple(handles))
        return ended


def stored_session(session_id: str, reply: Sequence[Any]) -> Session | None:
    """Return what a script's reply says of a session."""
    return _session(_handle(session_id), *reply) if reply else None


class Sessions(Blocking, SessionStore[Redis]):
    """Sessions over a blocking client; `SessionStore` describes its arguments."""

    create = blocking(SessionStore.create_steps)
    rotate = blocking(SessionStore.rotate_steps)
    get = blocking(SessionStore.get_steps)
    update = blocking(SessionStore.update_steps)
    remove = blocking(SessionStore.remove_steps)
    end = blocking(SessionStore.end_steps)
    list_user = blocking(SessionStore.list_user_steps)
    end_user = blocking(SessionStore.end_user_steps)
    end_listed = blocking(SessionStore.end_listed_steps)


def _handle(session_id: str) -> str:
    # The id is random enough that a plain hash can't be turned back.
    return hashlib.sha256(checked_name(session_id, "session id").encode()).hexdigest()


def _session_key(handle: str) -> str:
    return "session:" + handle


def _user_key(user: str) -> str:
    return "session:user:" + checked_name(user, "user")


def _checked_field(name: str) -> str:
    if checked_name(name, "name in a session").startswith("_"):
        raise ConfigurationError(
            f"name in a session: expected none with an underscore first (those are the session's own), found {name}"
        )
    return name


def _pairs(data: Mapping[str, str]) -> list[str]:
    return [word for name, value in data.items() for word in (_checked_field(name), _checked_value(name, value))]


def _checked_value(name: str, value: str) -> str:
    if not isinstance(value, str) or not _is_encodable(value):
        raise ConfigurationError(
            f"{name} in a session: expected text that UTF-8 can hold, found a value of type {type(value).__name__}"
        )
    return value


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _session(handle: str, milliseconds_left: int, flat: Sequence[str | bytes]) -> Session | None:
    words = [text(word) for word in flat]
    fields = dict(zip(words[::2], words[1::2], strict=True))
    if ENDS not in fields:
        return None
    data = {name: value for name, value in fields.items() if name not in (USER, CREATED, ENDS)}
    return Session(handle, fields[USER] or None, int(fields[CREATED]) / 1000, milliseconds_left / 1000, data)
