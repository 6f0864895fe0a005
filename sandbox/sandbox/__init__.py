"""The sandbox: a Sonar and a Splynx that run on loopback, stricter than the real ones (see the README)."""
