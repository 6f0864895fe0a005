"""The report: what a run, or the whole migration, did, as a page for people and as data (docs/guides/report.md)."""
