"""docs/reference/commands.md: every command of both plugins, from its own help."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from tap_sonar.tools import main as tap_tools
from target_splynx.cli import main as migration

NOTE = "<!-- Generated from the code (make generate). -->\n\n"

_HEAD = """# Commands

`target-splynx` and `tap-sonar` are Singer plugins: Meltano runs them (`meltano run tap-sonar target-splynx`). What a
person does around a run is below. In Meltano: `meltano invoke target-splynx:COMMAND`; without it: `splynx-migration
COMMAND` with the settings in the environment (`TARGET_SPLYNX_…`, `TAP_SONAR_…`).

Exit codes: 0 fine, 1 failed, 2 finished with differences or rejects.
"""


def command_page() -> str:
    """The page."""
    parts = [f"{NOTE}{_HEAD}"]
    for name, group in (("splynx-migration", migration), ("tap-sonar-tools", tap_tools)):
        parts.append(f"## {name}\n\n{_prose(group)}")
        parts += [_command(name, command) for _, command in sorted(group.commands.items())]
    return "\n".join(parts).rstrip() + "\n"


def _command(program: str, command: click.Command) -> str:
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    usage = " ".join([program, str(command.name), *(_metavar(argument) for argument in arguments)])
    lines = [
        f"### {command.name}\n",
        f"    {usage} [OPTIONS]\n" if _options(command) else f"    {usage}\n",
        _prose(command),
    ]
    if _options(command):
        lines.append("| Option | Default | Meaning |\n|---|---|---|")
        lines += list(_rows(command))
        lines.append("")
    return "\n".join(lines)


def _metavar(argument: click.Argument) -> str:
    name = str(argument.name).upper() + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _options(command: click.Command) -> list[click.Option]:
    return [p for p in command.params if isinstance(p, click.Option) and not p.hidden]


def _rows(command: click.Command) -> Iterator[str]:
    for option in _options(command):
        default = "" if option.is_flag or not option.show_default else f"`{option.default}`"
        yield f"| `{', '.join(option.opts)}` | {default} | {(option.help or '').replace('|', chr(92) + '|')} |"


def _prose(command: click.Command) -> str:
    """The help text; what click keeps as it is (\\b) becomes a block."""
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    shown = []
    for paragraph in paragraphs:
        kept = paragraph.strip("\n")
        if kept.startswith("\b"):
            shown.append("```text\n" + inspect.cleandoc(kept.lstrip("\b\n")) + "\n```")
        else:
            shown.append(kept)
    return "\n\n".join(shown) + "\n"
