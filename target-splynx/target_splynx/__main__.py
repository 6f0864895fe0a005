"""`python -m target_splynx`: the Singer target."""

from target_splynx.target import TargetSplynx

TargetSplynx.cli()
