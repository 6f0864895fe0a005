"""Looking at a run from a second terminal: what the run tells (`pulse`), what the ledger holds (`snapshot`), how it is
shown (`view`)."""
