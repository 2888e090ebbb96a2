"""A folder with a PowerShell for Windows, and what of this machine starts it: Wine, and a compiler for the relay."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from winlab.exceptions import WinlabError

VARIABLE = "WINFRA_POWERSHELL"
DEFAULT_FOLDER = Path("/opt/winfra-powershell")
RECIPE = "docs/developer/powershell.md says how to make one"

_POWERSHELL = "pwsh/powershell.exe"
_RUNTIME = "dotnet/shared/Microsoft.NETCore.App"
_COMPILER = "x86_64-w64-mingw32-gcc"
_DEBIAN_WINE = "/usr/lib/wine/wine64"
_PREFIX_SECONDS = 300


class MissingError(WinlabError):
    """Say that there is no such folder, or that this machine lacks what starts it."""


@dataclass(frozen=True)
class Installation:
    """What starts PowerShell for Windows on this machine.

    Attributes:
        powershell: powershell.exe.
        runtime: the folder of .NET for Windows.
        relay: relay.exe, which has a program of the practice host run outside Wine.
        wine: Wine's loader.
        wineserver: Wine's server.
        prefix: a Wine prefix that hosts copy.
    """

    powershell: Path
    runtime: Path
    relay: Path
    wine: Path
    wineserver: Path
    prefix: Path

    @classmethod
    def open(cls, folder: Path) -> Installation:
        """Return the installation in a folder, with the relay compiled and a Wine prefix made where they are not yet.

        Args:
            folder: holds pwsh/powershell.exe and dotnet/.

        Raises:
            MissingError: it has none, or Wine or the compiler is not installed.
            WinlabError: Wine can't make a prefix, or the compiler fails.
        """
        folder = folder.resolve()
        for needed in (_POWERSHELL, _RUNTIME):
            if not (folder / needed).exists():
                raise MissingError(
                    f"Expected a PowerShell for Windows in {folder}, found no {needed} in it. Give the folder that "
                    f"holds both; {RECIPE}."
                )
        wine = _tool(_DEBIAN_WINE, "wine64", package="wine wine64")
        wineserver = _tool(str(wine.with_name("wineserver")), "wineserver", package="wine wine64")
        compiler = _tool(_COMPILER, package="gcc-mingw-w64-x86-64-win32")
        with _kept_folder() as kept:
            relay = _relay(kept, compiler)
            prefix = _prefix(kept, wine, wineserver)
        return cls(folder / _POWERSHELL, folder / "dotnet", relay, wine, wineserver, prefix)


def find_folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Return the folder that the environment names, else the one at the usual place, None when neither is there.

    Args:
        environment: where WINFRA_POWERSHELL is looked up.
    """
    if environment.get(VARIABLE):
        return Path(environment[VARIABLE])
    return DEFAULT_FOLDER if DEFAULT_FOLDER.is_dir() else None


def wine_environment(prefix: Path) -> dict[str, str]:
    """Return the environment that Wine needs, and nothing of the lab's own, which may hold secrets."""
    kept = {name: os.environ[name] for name in ("HOME", "USER", "LOGNAME") if name in os.environ}
    return {
        **kept,
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
        "WINEPREFIX": str(prefix),
        "WINEDEBUG": "-all",
    }


def _tool(*names: str, package: str) -> Path:
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise MissingError(
            f"Expected {names[-1]} on this machine, which a PowerShell for Windows needs here, found none. Install it: "
            f"apt-get install --no-install-recommends {package}"
        )
    return Path(found)


@contextmanager
def _kept_folder() -> Iterator[Path]:
    """Yield the folder of what is made once; held, for two processes may need it at the same time."""
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "winlab"
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield kept


def _relay(kept: Path, compiler: Path) -> Path:
    source = files(__package__).joinpath("relay.c").read_bytes()
    relay = kept / f"relay-{hashlib.sha256(source).hexdigest()[:16]}.exe"
    if not relay.exists():
        unfinished = relay.with_suffix(".partial")
        command = [
            str(compiler),
            "-O2",
            "-Wall",
            "-Werror",
            "-municode",
            "-mwindows",
            "-xc",
            "-",
            "-o",
            str(unfinished),
            "-lws2_32",
        ]
        _run(command, source, {**os.environ}, "compile the relay")
        unfinished.rename(relay)
    return relay


def _prefix(kept: Path, wine: Path, wineserver: Path) -> Path:
    version = subprocess.run([wine, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    prefix = kept / f"prefix-{version.partition(' ')[0]}"
    if not prefix.exists():
        unfinished = prefix.with_suffix(".partial")
        shutil.rmtree(unfinished, ignore_errors=True)
        # Without the browser's engine and .NET Framework, which Wine would offer to download.
        environment = {**wine_environment(unfinished), "WINEDLLOVERRIDES": "mscoree,mshtml="}
        _run([str(wine), "wineboot", "-i"], b"", environment, "make a Wine prefix")
        _run([str(wine), "winecfg", "-v", "win10"], b"", environment, "have Wine be Windows 10")
        _run([str(wineserver), "-w"], b"", environment, "write the Wine prefix")
        unfinished.rename(prefix)
    return prefix


def _run(command: list[str], source: bytes, environment: dict[str, str], what: str) -> None:
    try:
        done = subprocess.run(
            command, input=source, env=environment, capture_output=True, timeout=_PREFIX_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise WinlabError(f"Expected {command[0]} to {what} within {_PREFIX_SECONDS} s, it did not.") from None
    if done.returncode:
        told = done.stderr.decode(errors="replace")[-600:]
        raise WinlabError(f"Expected {command[0]} to {what}, found exit code {done.returncode}: {told}")
