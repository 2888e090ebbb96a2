"""What OpenTelemetry, if it is switched on, is told of commands that do not go through redis-py's clients.

Source: redis-py 8.1, `Redis.execute_command` and `Pipeline.execute`.
"""

from time import monotonic
from typing import Any

from redis.observability import get_observability_instance
from redis.observability.recorder import record_error_count, record_operation_duration

PIPELINE = "PIPELINE"


def answered(connection: Any, command: str, began: float) -> None:
    """Tell how long a command took.

    Args:
        connection: What it went out on.
        command: Its name, or `PIPELINE`.
        began: The moment of `time.monotonic()` when it began.
    """
    # Recording says so itself when it is off, at seven times the price.
    if not get_observability_instance().is_enabled():
        return
    host, port = _place(connection)
    record_operation_duration(
        command_name=command,
        duration_seconds=monotonic() - began,
        server_address=host,
        server_port=port,
        db_namespace=str(connection.db),
    )


def failed(connection: Any, error: Exception) -> None:
    """Count an error."""
    host, port = _place(connection)
    record_error_count(
        server_address=host,
        server_port=port,
        network_peer_address=host,
        network_peer_port=port,
        error_type=error,
        retry_attempts=0,
        is_internal=False,
    )


def _place(connection: Any) -> tuple[str | None, int | None]:
    # A connection over a Unix socket has neither.
    return getattr(connection, "host", None), getattr(connection, "port", None)
