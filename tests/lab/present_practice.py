"""Servers that somebody set up before the first deploy, and an operator who obeys a refusal word for word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import redis
from lab_practice import Practice, Run, snapshot, wait_until

from winlab.windows.accounts import NETWORK_SERVICE
from winlab.windows.machine import Machine
from winlab.windows.security import BOTH_INHERIT, FULL_CONTROL, AccessEntry

OLD_PASSWORD = "Canary-5150-of-the-guide-must-not-show"
PROGRAMS = "C:/Program Files/Memurai"
GUIDE_DATA = "C:/ProgramData/Memurai"
GUIDE_CONFIGURATION = f"{PROGRAMS}/memurai-production.conf"
# The production guide's file, without the comments behind `save` lines, which keep any Redis 7 from starting, and with
# the slashes that redis-server on the practice host's machine needs.
GUIDE_TEXT = """\
bind {address}
port 6379
requirepass {password}
maxclients 10000
save 900 1
save 300 10
save 60 10000
dbfilename dump.rdb
dir C:/ProgramData/Memurai/
appendonly yes
appendfilename "appendonly.aof"
appendfsync everysec
maxmemory 2gb
maxmemory-policy allkeys-lru
logfile "C:/ProgramData/Memurai/memurai.log"
rename-command FLUSHDB ""
rename-command FLUSHALL ""
rename-command KEYS ""
rename-command CONFIG "CONFIG_xyz123"
"""
# What a running server writes by itself, and what the machine's service manager does.
WRITTEN_BY_THE_SERVER = re.compile(r"\.log$|memurai-log\.txt$")


def client(practice: Practice, password: str | None, **options: object) -> redis.Redis:
    """Return a client of the first host's server."""
    return redis.Redis(host=practice.machine.address, password=password, decode_responses=True, **options)


def fill(practice: Practice, password: str | None, keys: int = 5000) -> None:
    """Write numbered keys."""
    with client(practice, password) as connection:
        connection.mset({f"key:{number}": number for number in range(keys)})
        wait_until_written(connection)


def wait_until_written(connection: redis.Redis) -> None:
    """Wait until a server has handed all that it holds to its append-only file: a slow disk makes it postpone that."""
    wait_until(lambda: connection.info("persistence").get("aof_buffer_length", 0) == 0, "the writes in the file")


def install_with_defaults(practice: Practice, properties: Mapping[str, str] | None = None) -> None:
    """Install the product as its MSI does by itself: with a service, data beside the program.

    properties: what is asked of it; nothing when not given.
    """
    machine = practice.machine
    machine.files.make_directory("C:/Windows/Temp")
    package = "C:/Windows/Temp/memurai.msi"
    with open(practice.environment["WINLAB_PACKAGE"], "rb") as source:  # noqa: PTH123
        machine.files.write_bytes(package, source.read())
    assert machine.products.install(package, properties or {}, "C:/Windows/Temp/install.log") == 0


def build_by_the_guide(practice: Practice) -> None:
    """Set a server up as the production guide's steps 3 to 5 do."""
    install_with_defaults(practice)
    machine = practice.machine
    text = GUIDE_TEXT.format(address=machine.address, password=OLD_PASSWORD)
    machine.files.write_bytes(GUIDE_CONFIGURATION, text.replace("\n", "\r\n").encode())
    machine.files.make_directory(GUIDE_DATA)
    grant(machine, GUIDE_DATA)
    program, configuration = (path.replace("/", "\\") for path in (f"{PROGRAMS}/memurai.exe", GUIDE_CONFIGURATION))
    run_on(machine, f'"{program}" --service-run "{configuration}"')


def grant(machine: Machine, folder: str) -> None:
    """Give NetworkService a folder, as icacls /grant does."""
    present = machine.security.descriptor(folder)
    entry = AccessEntry(NETWORK_SERVICE, "Allow", FULL_CONTROL, BOTH_INHERIT)
    own = [item for item in present.entries if not item.inherited]
    machine.security.set(folder, owner=present.owner, inheritance_enabled=True, entries=[*own, entry])


def run_on(machine: Machine, image_path: str) -> None:
    """Give the service another command line, as `sc config` does, and restart it."""
    services = machine.services
    services.stop("Memurai")
    services.change("Memurai", replace(services.get("Memurai").settings, image_path=image_path))
    services.start("Memurai")


def at_rest(machine: Machine) -> dict[str, tuple[str, float]]:
    """Return what stands on a host's drive, but for the logs of its server."""
    return {path: state for path, state in snapshot(machine).items() if not WRITTEN_BY_THE_SERVER.search(path)}


def steps(refused: Run) -> list[str]:
    """Return the steps that a refusal gives, in their order."""
    return re.findall(r"^\s*\d+\. (.+?)\s*$", refused.output, re.MULTILINE)


class Operator:
    """Does what the steps of a refusal say and nothing else.

    data: of the host in the inventory, which some steps change.
    words: what stands for a name that only the operator knows, such as the present one of CONFIG.
    last: the last deploy of the steps.
    """

    def __init__(
        self, practice: Practice, data: dict[str, object], password: str | None, words: Mapping[str, str] | None = None
    ) -> None:
        self._practice, self._password, self._words = practice, password, words or {}
        # What memurai-cli has of the password: nothing before a step says so.
        self._typed: str | None = None
        self.data = data
        self.last: Run | None = None

    def obey(self, refused: Run) -> None:
        """Do all steps; one that is not understood fails the test."""
        found = steps(refused)
        assert found, refused.output
        for step in found:
            self._do(step)

    def choose(self, refused: Run, kept: str) -> None:
        """Do what a refusal that leaves a choice says for one of them."""
        (found,) = re.findall(rf"^\s*For {kept}, on the host: (.+); then deploy again$", refused.output, re.MULTILINE)
        self._do(f"On the host: {found}")

    def deploy(self) -> Run:
        """Deploy the host with its present data."""
        return self._practice.deploy("--diff", inventory=self._practice.inventory(lab1=self.data))

    def _do(self, step: str) -> None:
        actions = {
            r"On the host: Stop-Service -Name '(.+)'": self._stop,
            r"On the host: Rename-Item -LiteralPath '(.+)' -NewName '(.+)'": self._rename,
            r"On the host: Copy-Item -LiteralPath '(.+)' -Destination '(.+?)'(?: -Recurse)?": self._copy,
            r"On the host: \$env:REDISCLI_AUTH = .+Read-Host -AsSecureString.+": self._sign_in,
            r"On the host: Remove-Item Env:REDISCLI_AUTH": self._sign_out,
            r"On the host: & '(.+memurai-cli\.exe)' (.+), and wait until INFO says (\w+):(\d)": self._ask_and_wait,
            r"On the host: & '(.+memurai-cli\.exe)' (.+)": self._ask,
            r"On the host: write appendonly yes into (.+)": self._name_append_only,
            r"On this machine: run tasks/(storage|configure)\.py for the host.*": self._run_task,
            r'On this machine: set "(\w+)": (\S+) in memurai_extra directives': self._set_directive,
            r'On this machine: set "(\w+)": (\S+) in (\w+)': self._set,
            r'On this machine: take "(\w+)" in (\w+) back to (\S+)': self._take_back,
            r"On this machine: deploy": self._deploy,
            r"On this machine: deploy again; the next refusal says how the data gets there": self._deploy_again,
        }
        for pattern, action in actions.items():
            match = re.fullmatch(pattern, step)
            if match is not None:
                action(*match.groups())
                return
        raise AssertionError(f"expected a step that can be obeyed, found: {step}")

    def _stop(self, service: str) -> None:
        self._practice.machine.services.stop(service)

    def _rename(self, path: str, name: str) -> None:
        files = self._practice.machine.files
        files.move(path, f"{path.rpartition(chr(92))[0]}\\{name}")

    def _copy(self, path: str, destination: str) -> None:
        """Copy as Copy-Item does under a name that is free; into a folder that is there it would copy otherwise."""
        files = self._practice.machine.files
        assert files.kind(destination) == "Absent", f"{destination} is there already"
        if files.kind(path) == "File":
            files.copy_file(path, destination)
            return
        files.make_directory(destination)
        for name in files.names(path):
            files.copy_file(f"{path}\\{name}", f"{destination}\\{name}")

    def _name_append_only(self, path: str) -> None:
        files = self._practice.machine.files
        text = files.read_bytes(path)
        assert text.count(b"appendonly no") == 1
        files.write_bytes(path, text.replace(b"appendonly no", b"appendonly yes"))

    def _sign_in(self) -> None:
        self._typed = self._password

    def _sign_out(self) -> None:
        self._typed = None

    def _ask(self, _: str, arguments: str) -> None:
        match = re.fullmatch(r"-h (\S+) -p (\d+) (.+)", arguments)
        assert match is not None, arguments
        words = [self._words.get(word, word) for word in match[3].split()]
        with redis.Redis(match[1], int(match[2]), password=self._typed, decode_responses=True) as connection:
            answer = connection.execute_command(*words)
        assert answer in (True, "OK", "Background append only file rewriting started"), (words, answer)

    def _ask_and_wait(self, program: str, arguments: str, field: str, value: str) -> None:
        self._ask(program, arguments)
        with client(self._practice, self._typed) as connection:
            wait_until(lambda: str(connection.info("persistence")[field]) == value, f"{field}:{value}")

    def _run_task(self, task: str) -> None:
        inventory = self._practice.inventory(lab1=self.data)
        made = self._practice.run("pyinfra", inventory, f"tasks/{task}.py", "-y")
        assert made.exit_code == 0, made.output

    def _set(self, key: str, value: str, group: str) -> None:
        values = dict(self.data.get(group, {}))  # type: ignore[call-overload]
        words = {"True": True, "False": False}
        self.data[group] = {**values, key: words.get(value, value.strip('"'))}

    def _set_directive(self, name: str, value: str) -> None:
        self.data["memurai_extra"] = {"directives": {name: value}}

    def _take_back(self, key: str, group: str, value: str) -> None:
        self._set(key, value, group)

    def _deploy_again(self) -> None:
        self.last = self.deploy()

    def _deploy(self) -> None:
        self.last = self.deploy()
        assert self.last.exit_code == 0, self.last.output
