"""Handwork: what must be made in Splynx by hand, because it has no API (docs/guides/handwork.md)."""
