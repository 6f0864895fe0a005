"""`python -m sandbox sonar | splynx | both | generate | truth | change`."""

from __future__ import annotations

import click

from sandbox.both import both
from sandbox.data.command import change, generate, truth
from sandbox.demo import demo
from sandbox.sonar.command import sonar
from sandbox.splynx.command import splynx


@click.group()
def main() -> None:
    """Run a Sonar and a Splynx on this machine, and make, change and explain their data."""


for command in (sonar, splynx, both, demo, generate, truth, change):
    main.add_command(command)
