"""What `--data` gives a task besides settings: its options, by the names that people write."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches

BACKUP = "backup"
DRILL = "drill"
DROP_PASSWORD = "drop_password"  # noqa: S105 - the name of an option
PATTERNS = "patterns"
REMOVE_DATA = "remove_data"
REPORT = "report"
ROLLBACK_TO = "rollback_to"
OPTIONS = (BACKUP, DRILL, DROP_PASSWORD, PATTERNS, REMOVE_DATA, REPORT, ROLLBACK_TO)
# Settings, the connection's data, and pyinfra's own arguments: what is wrong with them is told where they are read.
ELSEWHERE = ("memurai_", "winrm_", "_")


def problems(given: Collection[str], known: Collection[str]) -> Iterator[str]:
    """Yield keys of `--data` that nothing reads: a misspelt option would be as good as none.

    given: the keys. known: those of the inventory and of group_data.
    """
    readable = [*OPTIONS, *known]
    for key in given:
        if key not in readable and not key.startswith(ELSEWHERE):
            nearest = get_close_matches(key, readable, 1)
            hint = f"did you mean {nearest[0]}?" if nearest else "leave it out"
            yield (
                f"--data {key}: expected a setting (memurai_..., winrm_...), an option of a task "
                f"({', '.join(OPTIONS)}) or what the inventory or group_data has too, found none of these; {hint}"
            )
