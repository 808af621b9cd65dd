"""A generated retailer, with the seasons and the quirks of a real one."""

from insiders.demo_shop.shop import generate

__all__ = ["generate"]
