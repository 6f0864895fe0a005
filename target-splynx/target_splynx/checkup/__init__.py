"""`check`: what can be known of Splynx before the first write, without writing. `looked_at` gives all findings."""
