"""What a package offers, imported when it is first asked for: an application pays for what it uses."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def offer(package: str, modules: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return the package's `__getattr__`.

    package: its name.
    modules: the names that each of its modules offers; a module's name is said as `import_module` takes it.
    """
    module_of = {name: module for module, names in modules.items() for name in names}

    def found(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(module_of[name], package), name)
        setattr(sys.modules[package], name, value)
        return value

    return found
