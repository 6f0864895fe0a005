"""Models: SQL files, one per Splynx resource, evaluated over the stage."""
