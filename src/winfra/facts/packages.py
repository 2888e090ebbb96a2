"""Installed products."""

from __future__ import annotations

from typing_extensions import TypedDict

from winfra.call import PowerShellCall
from winfra.facts.base import PowerShellFact, strict_shape


@strict_shape
class Product(TypedDict):
    """One product that Windows Installer installed."""

    name: str
    version: str | None
    publisher: str | None
    product_code: str
    install_location: str | None


@strict_shape
class ProductsState(TypedDict):
    """The products that a pattern matches, by name and version."""

    name: str
    products: list[Product]


class Products(PowerShellFact[ProductsState]):
    """List installed products by display name.

    product: pattern with * and ?, e.g. `Memurai*`.
    """

    shape = ProductsState

    def command(self, product: str) -> PowerShellCall:
        """Return the call."""
        return PowerShellCall("Get-WinProduct", {"Name": product})
