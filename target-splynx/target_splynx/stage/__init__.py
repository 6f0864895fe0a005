"""Staging: Singer records become typed DuckDB tables `sonar.<stream>` that outlive the run."""

from target_splynx.stage.store import Stage

__all__ = ["Stage"]
