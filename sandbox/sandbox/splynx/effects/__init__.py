"""What writes set off; importing the package registers it."""

from sandbox.splynx.effects import config, customers, finance, networking, services, work

__all__ = ["config", "customers", "finance", "networking", "services", "work"]
