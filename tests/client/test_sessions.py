"""Sessions end when they lie idle or their life is over, get a new id at login, and can't be read off the server."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
import redis
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, multiple, rule
from practice_server import HOST, PracticeServer, wait_until
from worlds import World

from memurai_client import Session, Sessions
from memurai_client.exceptions import ConfigurationError, ForeignContentError, InvalidNameError, MemuraiClientError


@pytest.fixture
def sessions(world: World, server: PracticeServer) -> Any:
    return world.library.Sessions(world.client(server.host, server.port), idle=600, life=3600)


def key(session_id: str) -> str:
    return "session:" + hashlib.sha256(session_id.encode()).hexdigest()


def test_a_session_keeps_its_user_and_data(world: World, sessions: Any) -> None:
    session_id = world(sessions.create("alice", {"theme": "dark"}))
    world(sessions.update(session_id, {"cart": "3 apples", "theme": "light"}))
    assert world(sessions.remove(session_id, "theme", "never there")) == 1
    session = world(sessions.get(session_id))
    assert (session.user, session.data) == ("alice", {"cart": "3 apples"})
    assert 590 < session.expires_in <= 600


def test_the_server_has_no_id_from_which_a_session_could_be_opened(
    world: World, sessions: Any, client: redis.Redis
) -> None:
    first = world(sessions.create("alice", {"theme": "dark"}))
    second = world(sessions.rotate(first, "alice"))
    for stored in client.scan_iter("*"):
        content = client.hgetall(stored) if client.type(stored) == "hash" else client.zrange(stored, 0, -1)
        assert first not in f"{stored} {content}"
        assert second not in f"{stored} {content}"
    assert len(first) >= 43, "256 bits"
    assert first != second


def test_using_a_session_lets_its_idle_time_begin_anew_but_not_its_life(
    world: World, sessions: Any, client: redis.Redis
) -> None:
    session_id = world(sessions.create("alice"))
    client.pexpire(key(session_id), 5_000)  # as if it had been idle for 595 seconds
    assert world(sessions.get(session_id)).expires_in > 590
    client.hincrby(key(session_id), "_ends", -3_590_000)  # as if it had begun so much earlier
    assert world(sessions.get(session_id)).expires_in <= 10
    assert world(sessions.update(session_id, {"a": "b"})).expires_in <= 10


def test_an_idle_session_ends_by_itself(world: World, server: PracticeServer) -> None:
    sessions = world.library.Sessions(world.client(server.host, server.port), idle=0.05, life=60)
    session_id = world(sessions.create("alice"))
    wait_until(lambda: not server.plain_client().exists(key(session_id)), "the end of an idle session")
    assert world(sessions.get(session_id)) is None
    assert world(sessions.update(session_id, {"a": "b"})) is None
    assert world(sessions.get(session_id)) is None, "writing into an ended session makes none"
    assert world(sessions.list_user("alice")) == []


def test_a_login_gives_a_visitor_s_session_a_new_id_and_keeps_its_data(
    world: World, sessions: Any, client: redis.Redis
) -> None:
    visitor = world(sessions.create(data={"cart": "3 apples"}))
    assert world(sessions.get(visitor)).user is None
    client.hincrby(key(visitor), "_created", -1_000_000)
    logged_in = world(sessions.rotate(visitor, "alice"))
    assert world(sessions.get(visitor)) is None, "an id that an attacker may have planted is worth nothing"
    session = world(sessions.get(logged_in))
    assert (session.user, session.data) == ("alice", {"cart": "3 apples"})
    assert session.created > 1_000_000_000 + 1
    assert [listed.handle for listed in world(sessions.list_user("alice"))] == [session.handle]


def test_a_login_over_another_user_s_session_takes_nothing_of_it(world: World, sessions: Any) -> None:
    of_alice = world(sessions.create("alice", {"iban": "hers"}))
    of_bob = world(sessions.rotate(of_alice, "bob"))
    assert world(sessions.get(of_alice)) is None
    assert world(sessions.get(of_bob)).data == {}
    assert world(sessions.list_user("alice")) == []


@pytest.mark.parametrize("former", [None, "an id that nobody made"])
def test_a_login_without_a_session_begins_one(world: World, sessions: Any, former: str | None) -> None:
    session = world(sessions.get(world(sessions.rotate(former, "alice"))))
    assert (session.user, session.data) == ("alice", {})


def test_a_user_s_sessions_are_listed_and_ended_one_or_all(world: World, sessions: Any) -> None:
    ids = [world(sessions.create("alice", {"device": device})) for device in ("phone", "laptop", "tablet")]
    other = world(sessions.create("bob"))
    listed: list[Session] = world(sessions.list_user("alice"))
    assert sorted(session.data["device"] for session in listed) == ["laptop", "phone", "tablet"]
    assert world(sessions.end(ids[0])) is True
    assert world(sessions.end(ids[0])) is False
    laptop = next(session for session in listed if session.data["device"] == "laptop")
    assert world(sessions.end_listed("bob", laptop.handle)) is False, "it is none of bob's"
    assert world(sessions.end_listed("alice", laptop.handle)) is True
    assert [session.data["device"] for session in world(sessions.list_user("alice"))] == ["tablet"]
    assert world(sessions.end_user("alice")) == 1
    assert world(sessions.list_user("alice")) == []
    assert world(sessions.get(other)).user == "bob"


def test_a_visitor_s_session_can_be_ended(world: World, sessions: Any) -> None:
    visitor = world(sessions.create())
    assert world(sessions.end(visitor)) is True
    assert world(sessions.get(visitor)) is None


def test_a_user_s_list_holds_no_session_that_has_ended(world: World, sessions: Any, client: redis.Redis) -> None:
    ended, rotated, idle = (world(sessions.create("alice")) for _ in range(3))
    world(sessions.end(ended))
    kept = world(sessions.rotate(rotated, "alice"))
    assert set(client.zrange("session:user:alice", 0, -1)) == {
        key(each).removeprefix("session:") for each in (kept, idle)
    }
    client.delete(key(idle))  # as its expiry does
    assert len(world(sessions.list_user("alice"))) == 1
    assert client.zrange("session:user:alice", 0, -1) == [key(kept).removeprefix("session:")]


def test_a_user_s_list_ends_with_the_last_session(world: World, sessions: Any, client: redis.Redis) -> None:
    world(sessions.create("alice"))
    assert 3590 < client.ttl("session:user:alice") <= 3600


@pytest.mark.parametrize("session_id", ["", "a\x00b", "a\nb", "x" * 513, 7])
def test_an_id_that_can_t_be_one_is_refused_without_being_told(world: World, session_id: Any) -> None:
    sessions = world.library.Sessions(world.client(HOST, 1))
    calls: list[Callable[[], Any]] = [
        lambda: sessions.get(session_id),
        lambda: sessions.update(session_id, {"a": "b"}),
        lambda: sessions.remove(session_id, "a"),
        lambda: sessions.rotate(session_id, "alice"),
        lambda: sessions.end(session_id),
    ]
    for call in calls:
        with pytest.raises(InvalidNameError, match=r"^session id: expected text of 1 to 512 printable") as refused:
            world(call())
        assert session_id in ("", 7) or session_id not in str(refused.value)


def test_data_can_t_take_the_names_of_the_session_s_own(world: World) -> None:
    sessions = world.library.Sessions(world.client(HOST, 1))
    for call in (
        lambda: sessions.create("alice", {"_user": "root"}),
        lambda: sessions.update("x", {"_user": "root"}),
        lambda: sessions.remove("x", "_ends"),
    ):
        with pytest.raises(MemuraiClientError, match="expected none with an underscore first"):
            world(call())


def test_a_session_keeps_thousands_of_fields(world: World, sessions: Any) -> None:
    data = {f"name {number}": f"value {number}" for number in range(5_000)}
    created = world(sessions.create("alice", data))
    updated = world(sessions.create("alice"))
    assert world(sessions.update(updated, data)).data == data
    assert world(sessions.get(created)).data == data
    assert world(sessions.remove(created, *data)) == len(data)
    assert world(sessions.get(created)).data == {}


def test_without_names_nothing_is_removed(world: World, sessions: Any) -> None:
    session_id = world(sessions.create("alice", {"theme": "dark"}))
    assert world(sessions.remove(session_id)) == 0
    assert world(sessions.get(session_id)).data == {"theme": "dark"}


@pytest.mark.parametrize(("value", "found"), [(None, "NoneType"), (b"\xff", "bytes"), (5, "int"), ("\ud800", "str")])
def test_data_that_could_not_be_read_again_are_refused(world: World, value: Any, found: str) -> None:
    sessions = world.library.Sessions(world.client(HOST, 1))
    for call in (lambda: sessions.create("alice", {"theme": value}), lambda: sessions.update("x", {"theme": value})):
        with pytest.raises(ConfigurationError, match=f"theme in a session: expected text .*found .*{found}") as refused:
            world(call())
        assert "dark" not in str(refused.value)
    with pytest.raises(InvalidNameError):
        world(sessions.remove("x", value))


def test_a_key_that_others_wrote_is_told(world: World, sessions: Any, client: redis.Redis) -> None:
    client.set("session:user:alice", "x")
    with pytest.raises(ForeignContentError, match="session:user:alice"):
        world(sessions.list_user("alice"))


def test_times_that_can_t_be_are_refused(world: World) -> None:
    with pytest.raises(ConfigurationError, match=r"^idle: expected at most the life of 5 s, found 10"):
        world.library.Sessions(world.client(HOST, 1), idle=10, life=5)
    with pytest.raises(ConfigurationError, match=r"^idle: expected a number of seconds"):
        world.library.Sessions(world.client(HOST, 1), idle=0)


USERS = st.sampled_from(["alice", "bob"])


class SessionsAgreeWithADictionary(RuleBasedStateMachine):
    """Any order of logins, writes and ends leaves what a dictionary of sessions would hold."""

    server: PracticeServer
    ids = Bundle("ids")

    @initialize()
    def begin(self) -> None:
        self.client = self.server.plain_client()
        self.client.flushall()
        self.sessions = Sessions(self.client)
        self.expected: dict[str, tuple[str | None, dict[str, str]]] = {}

    def teardown(self) -> None:
        if hasattr(self, "client"):
            self.client.close()

    @rule(target=ids, user=st.one_of(st.none(), USERS))
    def create(self, user: str | None) -> str:
        session_id = self.sessions.create(user, {"made": "here"})
        self.expected[session_id] = (user, {"made": "here"})
        return session_id

    @rule(session_id=ids, name=st.sampled_from("xy"), value=st.text(max_size=5))
    def update(self, session_id: str, name: str, value: str) -> None:
        found = self.sessions.update(session_id, {name: value})
        assert (found is None) == (session_id not in self.expected)
        if session_id in self.expected:
            self.expected[session_id][1][name] = value

    @rule(target=ids, session_id=consumes(ids), user=USERS)
    def rotate(self, session_id: str, user: str) -> Any:
        rotated = self.sessions.rotate(session_id, user)
        former, data = self.expected.pop(session_id, (None, {}))
        self.expected[rotated] = (user, data if former in (None, user) else {})
        return multiple(rotated, session_id)

    @rule(session_id=ids)
    def end(self, session_id: str) -> None:
        assert self.sessions.end(session_id) == (self.expected.pop(session_id, None) is not None)

    @rule(user=USERS)
    def end_user(self, user: str) -> None:
        ended = [session_id for session_id, (owner, _data) in self.expected.items() if owner == user]
        assert self.sessions.end_user(user) == len(ended)
        for session_id in ended:
            del self.expected[session_id]

    @rule(session_id=ids)
    def get(self, session_id: str) -> None:
        found = self.sessions.get(session_id)
        assert (found and (found.user, found.data)) == self.expected.get(session_id)

    @rule(user=USERS)
    def list_user(self, user: str) -> None:
        listed = self.sessions.list_user(user)
        wanted = [data for owner, data in self.expected.values() if owner == user]
        assert sorted(str(sorted(session.data.items())) for session in listed) == sorted(
            str(sorted(data.items())) for data in wanted
        )


def test_sessions_agree_with_a_dictionary(server: PracticeServer) -> None:
    SessionsAgreeWithADictionary.server = server
    SessionsAgreeWithADictionary.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
    case = SessionsAgreeWithADictionary.TestCase()
    case.runTest()
