"""A Sonar to try everything against: its GraphQL API over an SQLite file, on loopback.

``contract`` says what exists, ``store`` how rows are kept, ``schema`` and ``execution`` answer queries,
``server`` speaks HTTP. Nothing here is imported by the plugins.
"""
