"""The stand-in for Memurai's MSI: a real MSI whose programs run the Redis of the lab's machine.

Nothing of Memurai is in it. It is built by wixl, from Debian's package of that name.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import uuid
from importlib.resources import files
from pathlib import Path
from string import Template

from winlab.exceptions import WinlabError

MANUFACTURER = "winlab"
UPGRADE_CODE = "5B0D7BD2-6B1C-4C39-8A2E-3D7C1A5F0E61"

_PROGRAMS = {
    "memurai-cli.exe": "redis-cli",
    "memurai-check-rdb.exe": "redis-check-rdb",
    "memurai-check-aof.exe": "redis-check-aof",
}
_NAMESPACE = uuid.UUID(UPGRADE_CODE)


def build(version: str, output: Path) -> Path:
    """Build the stand-in MSI.

    Every version has its own product code and all share one upgrade code, as Memurai's have. Building a version again
    makes another package of the same product, which Windows Installer refuses beside the first one (1638).

    Args:
        version: three numbers with dots, such as 4.2.2.
        output: the file to write, or an existing folder to write `Memurai-for-Redis-v<version>.msi` into.

    Returns:
        the MSI's path.

    Raises:
        WinlabError: no such version form, wixl is not installed, or it failed.
    """
    if not re.fullmatch(r"\d{1,3}\.\d{1,3}\.\d{1,5}", version):
        raise WinlabError(f"Expected a version of three numbers such as 4.2.2, found {version!r}.")
    target = output / f"Memurai-for-Redis-v{version}.msi" if output.is_dir() else output
    with tempfile.TemporaryDirectory() as folder:
        source = _write_source(version, Path(folder))
        # wixl finds files by names relative to where it runs.
        arguments = ("--arch", "x64", "--output", str(target.resolve()), source.name)
        run_tool("wixl", "wixl", *arguments, directory=source.parent)
    return target


def run_tool(debian_package: str, program: str, *arguments: str, directory: Path | None = None) -> str:
    """Run a program of the lab's machine and return what it printed.

    Args:
        debian_package: where it comes from, for the message when it is missing.
        program: its name.
        arguments: what follows it.
        directory: where it runs, None for anywhere.

    Raises:
        WinlabError: it is not installed, or failed.
    """
    if shutil.which(program) is None:
        raise WinlabError(
            f"The lab needs the program {program}, found none; install it: apt-get install {debian_package}"
        )
    done = subprocess.run([program, *arguments], cwd=directory, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WinlabError(f"Expected {program} to succeed, found exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def _write_source(version: str, folder: Path) -> Path:
    contents = _contents()
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    text = _text("stand-in.wxs").substitute(
        version=version,
        product_code=_code(f"product {version}"),
        upgrade_code=UPGRADE_CODE,
        components="\n".join(map(_component, contents)),
        references="\n".join(f'      <ComponentRef Id="{_identifier(name)}"/>' for name in contents),
    )
    source = folder / "stand-in.wxs"
    source.write_text(text, encoding="utf-8")
    return source


def _contents() -> dict[str, bytes]:
    program = _text("program.sh")
    scripts = {name: program.substitute(name=name, program=real).encode() for name, real in _PROGRAMS.items()}
    texts = {name: _bytes(name).replace(b"\n", b"\r\n") for name in ("memurai.conf", "memurai-license-developer.txt")}
    return {"memurai.exe": _bytes("memurai.sh"), **scripts, **texts}


def _component(name: str) -> str:
    guid = _code(f"component {name}")
    file = f'<File Id="File_{_identifier(name)}" Name="{name}" Source="{name}" KeyPath="yes"/>'
    return f'          <Component Id="{_identifier(name)}" Guid="{{{guid}}}" Win64="yes">{file}</Component>'


def _identifier(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "_", name)


def _code(what: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, what)).upper()


def _text(name: str) -> Template:
    return Template(_bytes(name).decode())


def _bytes(name: str) -> bytes:
    return files(__name__).joinpath(name).read_bytes().replace(b"\r\n", b"\n")
