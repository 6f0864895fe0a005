"""Planning: what the models say now, compared with what was written before. Writes nothing to Splynx."""
