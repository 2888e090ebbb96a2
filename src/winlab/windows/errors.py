"""The errors a practice host's Windows answers with."""

from __future__ import annotations

from winlab.exceptions import WinlabError

FILE_NOT_FOUND = 2
PATH_NOT_FOUND = 3
ACCESS_DENIED = 5
SHARING_VIOLATION = 32
INVALID_PARAMETER = 87
DISK_FULL = 112
INVALID_NAME = 123
DIRECTORY_NOT_EMPTY = 145
ALREADY_EXISTS = 183
BAD_EXECUTABLE = 193
SERVICE_REQUEST_TIMEOUT = 1053
SERVICE_ALREADY_RUNNING = 1056
INVALID_SERVICE_ACCOUNT = 1057
SERVICE_DISABLED = 1058
SERVICE_DOES_NOT_EXIST = 1060
SERVICE_CANNOT_ACCEPT_CONTROL = 1061
SERVICE_NOT_ACTIVE = 1062
PROCESS_ABORTED = 1067
SERVICE_MARKED_FOR_DELETE = 1072
SERVICE_EXISTS = 1073
SERVICE_NEVER_STARTED = 1077
DUPLICATE_SERVICE_NAME = 1078
SHUTDOWN_IN_PROGRESS = 1115
NO_ACCOUNT_MAPPING = 1332


class Win32Error(WinlabError):
    """An error Windows itself would answer with.

    Args:
        code: system error code,
            https://learn.microsoft.com/windows/win32/debug/system-error-codes
        message: the text a person sees.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class LabLimitError(WinlabError):
    """Something real Windows may well accept, but this lab does not know; it never says yes to that.

    Args:
        message: what is not known; it is prefixed with `winlab:` so that nobody takes it for Windows' own words.
    """

    def __init__(self, message: str) -> None:
        super().__init__(f"winlab: {message}")
