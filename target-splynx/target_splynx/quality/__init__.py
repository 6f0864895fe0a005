"""Data quality: what is wrong in the source, found before anything is written (docs/guides/data-quality.md)."""
