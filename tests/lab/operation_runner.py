"""Runs one pyinfra operation on a practice host through pyinfra's API: plan, execute, and what was shown."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pyinfra.api import Config, HiddenValue, Inventory, State
from pyinfra.api.connect import connect_all, disconnect_all
from pyinfra.api.exceptions import PyinfraError
from pyinfra.api.operation import OperationMeta, add_op
from pyinfra.api.operations import run_ops

from winlab.lab import Lab


@dataclass(frozen=True)
class Outcome:
    """What came of one operation.

    planned: whether the plan said that something would change, or refused it. changed: whether something did.
    succeeded: whether the host is still in the run. shown: everything that was logged, without colours.
    """

    planned: bool
    changed: bool
    succeeded: bool
    shown: str


class OperationRunner:
    """Runs operations on the first host of a lab, as pyinfra's command line does with --diff."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def data(self, **more: Any) -> dict[str, Any]:
        """Return the host's data."""
        host = self._lab.hosts[0]
        return {
            "winrm_hostname": host.address,
            "winrm_user": host.user,
            "winrm_password": HiddenValue(host.password),
            "winrm_ca_bundle": str(self._lab.ca_bundle),
            **more,
        }

    def state(self, **data: Any) -> State:
        """Return a connected pyinfra state with the host."""
        inventory = Inventory(([(f"@winrm/{self._lab.hosts[0].name}", self.data(**data))], {}))
        state = State(inventory, Config(DIFF=True))
        connect_all(state)
        return state

    def run(self, operation: Callable[..., Any], *, dry: bool = False, **arguments: Any) -> Outcome:
        """Plan an operation and, unless it is a dry run, execute it."""
        records = Records()
        logger = logging.getLogger("pyinfra")
        logger.addHandler(records)
        before = logger.level
        logger.setLevel(logging.INFO)
        try:
            return self._run(operation, dry=dry, arguments=arguments, records=records)
        finally:
            logger.removeHandler(records)
            logger.setLevel(before)

    def _run(self, operation: Callable[..., Any], *, dry: bool, arguments: dict[str, Any], records: Records) -> Outcome:
        state = self.state()
        state.print_noop_info = True
        try:
            metas: list[OperationMeta] = []
            with surviving():
                # Without a name pyinfra prints all arguments, contents too.
                metas += add_op(state, operation, name="Practice", **arguments).values()
            if not metas:
                return Outcome(planned=True, changed=False, succeeded=False, shown=records.text)
            (meta,) = metas
            planned = meta.will_change
            if not dry:
                execute(state)
            (host,) = state.inventory
            changed = not dry and meta.did_succeed(_raise_if_not_complete=False) and meta.did_change()
            return Outcome(planned, changed, host not in state.failed_hosts, records.text)
        finally:
            disconnect_all(state)


def execute(state: State) -> None:
    """Execute all operations; a host that fails is no exception here."""
    with surviving():
        run_ops(state)


@contextmanager
def surviving() -> Iterator[None]:
    """Leave, rather than raise, when the last host has failed."""
    try:
        yield
    except PyinfraError as error:
        if "No hosts remaining" not in str(error):
            raise


class Records(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line without colours."""
        self._lines.append(re.sub(r"\x1b\[[0-9;]*m", "", record.getMessage()))

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self._lines)
