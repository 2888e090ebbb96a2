"""The passwords of a whole set change while clients write, and a failover in between finds them in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import redis
from lab_practice import CANARY, CONFIG_COMMAND, wait_until
from set_practice import NAMES, SENTINEL_PORT, SET, PracticeSet, practice_set

NEW_PASSWORD = "Canary-8265-another-must-not-show"
NEW_SENTINEL_PASSWORD = "Canary-sentinel-8265-must-not-show"
ROTATE = ("tasks/rotate_password.py", "-y", "--json")
DROP_OLD = (*ROTATE, "--data", "drop_password=old")
SERVER_FILE = "C:/ProgramData/Memurai/config/memurai-production.conf"
SENTINEL_FILE = "C:/ProgramData/Memurai/sentinel/sentinel.conf"


class Application:
    """A client that connects anew for each write, with one password, to whichever server the Sentinels name.

    refused: what servers said of its password.
    """

    def __init__(self, hosts: PracticeSet, password: str) -> None:
        self.written = 0
        self.refused: list[str] = []
        self._hosts, self._password = hosts, password
        self._ends = threading.Event()

    def _run(self) -> None:
        while not self._ends.wait(0.02):
            try:
                machine = self._hosts.practice.lab.machines[self._hosts.primary()]
                with redis.Redis(machine.address, password=self._password, socket_timeout=5) as client:
                    client.set("written", self.written)
            except redis.AuthenticationError as error:
                self.refused.append(f"{time.monotonic()}: {error}")
            except redis.RedisError:
                # While the primary changes.
                continue
            else:
                self.written += 1

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write during the block, before it and after it."""
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            self.wait_for_more()
            yield
            self.wait_for_more()
        finally:
            self._ends.set()
            thread.join()
        assert self.refused == []

    def wait_for_more(self) -> None:
        written = self.written
        wait_until(lambda: self.written > written or bool(self.refused), "a client that writes")


@contextmanager
def writing(hosts: PracticeSet, *passwords: str) -> Iterator[None]:
    """Have clients write with these passwords during the block; none of them is ever refused."""
    with ExitStack() as clients:
        for password in passwords:
            clients.enter_context(Application(hosts, password).writing())
        yield


@pytest.fixture(scope="module")
def living(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeSet]:
    """A set that was deployed; the tests share it, in their order. At the end no new secret has shown either."""
    with practice_set(variables, tmp_path_factory.mktemp("set")) as hosts:
        hosts.deploy()
        yield hosts
        shown = "\n".join(hosts.practice.outputs)
        assert not [secret for secret in (NEW_PASSWORD, NEW_SENTINEL_PASSWORD) if secret in shown]


def run(hosts: PracticeSet, *command: str) -> list[str]:
    done = hosts.run(*command)
    assert done.exit_code == 0, done.output
    return done.changed


def given(hosts: PracticeSet, path: str, option: str) -> set[str]:
    """Return the passwords that a line of a file of all members has."""
    found = set[str]()
    for name in NAMES:
        text = hosts.practice.lab.machines[name].files.local_path(path).read_text()
        found |= {line.split()[-1].strip('"') for line in text.splitlines() if line.startswith(option)}
    return found


def to_servers(hosts: PracticeSet) -> set[str]:
    return given(hosts, SENTINEL_FILE, f"sentinel auth-pass {SET} ")


def to_primary(hosts: PracticeSet) -> set[str]:
    live = {hosts.ask(name, CONFIG_COMMAND, "GET", "masterauth")["masterauth"] for name in NAMES}
    assert given(hosts, SERVER_FILE, "masterauth ") == live
    return live


def fail_over(hosts: PracticeSet) -> None:
    """Have the Sentinels change the primary; all others follow it with the passwords that they have."""
    former = hosts.primary()
    wait_until(lambda: _begins(hosts), "a failover that begins")
    wait_until(lambda: hosts.primary() != former, "another primary")
    hosts.wait_until_following(hosts.primary())
    wait_until(lambda: _links(hosts) == {"up"}, "replicas in sync")


def _begins(hosts: PracticeSet) -> bool:
    try:
        hosts.ask("lab1", "SENTINEL", "FAILOVER", SET, port=SENTINEL_PORT)
    except redis.ResponseError:
        # NOGOODSLAVE: a replica was not heard of for a moment.
        return False
    return True


def _links(hosts: PracticeSet) -> set[str]:
    found = (hosts.ask(name, "INFO", "replication") for name in NAMES)
    return {fields["master_link_status"] for fields in found if fields["role"] == "slave"}


def check_quorum(hosts: PracticeSet) -> None:
    for name in NAMES:
        assert hosts.ask(name, "SENTINEL", "CKQUORUM", SET, port=SENTINEL_PORT)


def test_nothing_is_dropped_and_no_sentinel_changes_before_all_members_take_the_new_password(
    living: PracticeSet,
) -> None:
    living.practice.environment["MEMURAI_LAB_PASSWORD"] = NEW_PASSWORD
    early = living.run(*DROP_OLD)
    assert early.exit_code != 0
    one = living.run(*ROTATE, "--limit", "@winrm/lab1")
    assert one.exit_code == 0, one.output
    assert "goes on with its present password for the servers" in one.output, one.output
    refused = living.run(*DROP_OLD, "--limit", "@winrm/lab1")
    assert refused.exit_code != 0
    assert "found that lab2, lab3 refuses them" in refused.output, refused.output
    limited = living.run("deploy.py", "-y", "--limit", "@winrm/lab1")
    assert limited.exit_code == 0, limited.output
    assert (to_servers(living), to_primary(living)) == ({CANARY}, {CANARY})
    check_quorum(living)


def test_both_passwords_work_from_the_first_step_on_and_a_deploy_in_between_changes_nothing(
    living: PracticeSet,
) -> None:
    primary, processes = living.primary(), living.processes()
    with writing(living, CANARY):
        assert "Sentinel's password for the servers" in run(living, *ROTATE)
    assert (to_servers(living), to_primary(living)) == ({NEW_PASSWORD}, {CANARY})
    with writing(living, CANARY, NEW_PASSWORD):
        assert living.deploy() == []
        assert run(living, *ROTATE) == []
    assert (living.primary(), living.processes()) == (primary, processes)


def test_a_failover_between_the_steps_finds_passwords_that_work(living: PracticeSet) -> None:
    with writing(living, CANARY, NEW_PASSWORD):
        fail_over(living)
    assert living.deploy() == []


def test_when_the_former_one_is_dropped_the_set_goes_on_with_the_new_one(living: PracticeSet) -> None:
    primary, processes = living.primary(), living.processes()
    with writing(living, NEW_PASSWORD):
        run(living, *DROP_OLD)
    with pytest.raises(redis.AuthenticationError):
        living.ask("lab1", "PING")
    living.password = NEW_PASSWORD
    assert (to_servers(living), to_primary(living)) == ({NEW_PASSWORD}, {NEW_PASSWORD})
    assert (living.primary(), living.processes()) == (primary, processes)
    with writing(living, NEW_PASSWORD):
        fail_over(living)
        check_quorum(living)
        assert run(living, *DROP_OLD) == []
        assert living.deploy() == []


def test_a_change_is_given_up_with_the_former_password_on_all_members(living: PracticeSet) -> None:
    living.practice.environment["MEMURAI_LAB_PASSWORD"] = CANARY
    run(living, *ROTATE)
    assert to_servers(living) == {CANARY}
    living.practice.environment["MEMURAI_LAB_PASSWORD"] = NEW_PASSWORD
    with writing(living, NEW_PASSWORD):
        run(living, *ROTATE, "--data", "drop_password=new")
        fail_over(living)
    assert (to_servers(living), to_primary(living)) == ({NEW_PASSWORD}, {NEW_PASSWORD})
    with pytest.raises(redis.AuthenticationError):
        living.ask("lab1", "AUTH", CANARY)
    assert living.deploy() == []


def test_the_sentinels_own_password_changes_by_a_deploy_and_no_role_with_it(living: PracticeSet) -> None:
    primary, processes = living.primary(), living.processes()
    living.practice.environment["MEMURAI_LAB_SENTINEL_PASSWORD"] = NEW_SENTINEL_PASSWORD
    changed = living.deploy()
    assert set(changed) <= {"Sentinel's configuration", "Member is whole"}
    assert "Sentinel's configuration" in changed
    with pytest.raises(redis.AuthenticationError):
        living.ask("lab1", "PING", port=SENTINEL_PORT)
    living.sentinel_password = NEW_SENTINEL_PASSWORD
    assert given(living, SENTINEL_FILE, "sentinel sentinel-pass") == {NEW_SENTINEL_PASSWORD}
    assert (living.primary(), living.processes()) == (primary, processes)
    check_quorum(living)
    assert living.deploy() == []
    fail_over(living)
    assert living.deploy() == []
