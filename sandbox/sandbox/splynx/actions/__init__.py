"""Operations that are more than the life of a record; importing the package registers them."""

from sandbox.splynx.actions import authentication, networking

__all__ = ["authentication", "networking"]
