"""The twins of the PowerShell library, by what they are about."""

import importlib
import pkgutil

from winlab.twin.registry import FUNCTIONS, TwinFunction

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

__all__ = ["FUNCTIONS", "TwinFunction"]
