"""Checks of single resources beyond types and keys; importing the package registers them."""

from sandbox.splynx.rules import config, customers, finance, networking, services, tariffs, work

__all__ = ["config", "customers", "finance", "networking", "services", "tariffs", "work"]
