"""target-splynx: a Singer target that loads an internet provider's data into Splynx."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("target-splynx")
except PackageNotFoundError:  # running from a source tree that is not installed
    __version__ = "0.0.0"
