"""Shipped models: one folder per source system, one SQL file per Splynx resource, and the queries that they share."""
