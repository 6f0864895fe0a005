"""Rollback: what a run did is taken back, as far as Splynx lets it, and the rest is told."""
