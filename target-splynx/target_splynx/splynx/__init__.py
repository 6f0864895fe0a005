"""Splynx's REST API: authentication, requests, answers, lists. Knows no model and no ledger."""
