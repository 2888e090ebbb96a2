"""What a host answered, for as long as nothing on it is changed.

pyinfra asks for the same facts again and again: for each operation, and when it plans as well as when it carries out. A
deploy that says so (winfra.facts.together) is answered from memory. Only functions that read (`Get-`) are remembered,
and everything is forgotten as soon as anything else is asked of the host.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from winfra.call import PowerShellBatch, PowerShellCall
from winfra.session.frames import Reply

# One for each machine: hosts of an inventory may be one machine under several names, and what one changes concerns all.
_memories: dict[str, Memory] = {}


def memory_of(address: str) -> Memory:
    """Return the memory of a machine.

    address: how it is reached, in any case.
    """
    return _memories.setdefault(address.lower(), Memory())


@dataclass
class Memory:
    """The answers of one machine.

    generation: grows whenever something may have been changed: an answer to what was asked before is worth nothing.
    """

    generation: int = 0
    _is_used: bool = False
    _is_executing: bool = False
    _answers: dict[str, Reply] = field(default_factory=dict)
    _calls: dict[str, PowerShellCall] = field(default_factory=dict)

    def answer(self, call: PowerShellCall) -> Reply | None:
        """Return what is remembered as the answer to a call."""
        return self._answers.get(_key(call))

    def keep(self, call: PowerShellCall, reply: Reply, generation: int) -> None:
        """Remember an answer; from the first batch of facts on, whose parts are remembered each by itself.

        generation: when it was asked for.
        """
        if reply.exit_code != 0 or generation != self.generation:
            return
        if isinstance(call, PowerShellBatch):
            # What failed is asked for again by whoever needs it, and fails there.
            answers = [item["Answer"] for item in json.loads(reply.stdout)["Answers"]]
            known = [pair for pair in zip(call.calls, answers, strict=True) if pair[1] is not None]
            for part, answer in known:
                self._keep(part, Reply(0, json.dumps(answer).encode(), b""))
        elif self._is_used:
            self._keep(call, reply)

    def _keep(self, call: PowerShellCall, reply: Reply) -> None:
        if call.function.startswith("Get-") and not call.secrets:
            self._is_used = True
            self._answers[_key(call)] = reply
            self._calls[_key(call)] = call

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Forget everything, before something is changed and after it."""
        self.forget()
        try:
            yield
        finally:
            self.forget()

    def forget(self) -> None:
        """Forget everything, because the host may have changed by itself."""
        self.generation += 1
        self._answers.clear()
        self._calls.clear()

    def grows_old(self, *, is_executing: bool) -> tuple[PowerShellCall, ...]:
        """Return what is to be asked again, because somebody may have thought about the plan for a while.

        is_executing: whether a plan that was shown is being carried out.
        """
        if is_executing == self._is_executing:
            return ()
        self._is_executing = is_executing
        calls = tuple(self._calls.values())
        self.forget()
        return calls


def _key(call: PowerShellCall) -> str:
    return json.dumps([call.function, call.wire_parameters()], sort_keys=True)
