"""A Splynx server for the sandbox: the REST API 2.0 over an in-memory store, stricter than the real one."""
