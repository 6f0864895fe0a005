"""Accounting of rows: for every stream, rows read = written + merged + skipped + rejected (docs/guides/accounting.md).

`count` does it; what becomes of a stream's rows is told by `models/<mapping>/accounting/<stream>.sql`.
"""
