"""`docs`: the generated pages for this server and these models."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import requests

from target_splynx.cli.context import DIFFERENCES, console, json_option, load_settings, print_json
from target_splynx.contract.resource import resources
from target_splynx.errors import MigrationError
from target_splynx.modelling.library import AS_IS
from target_splynx.reference.blueprint import Document, parsed
from target_splynx.reference.drift import page_drift
from target_splynx.reference.live import asked
from target_splynx.reference.mapping_page import mapping_page
from target_splynx.reference.schema_page import schema_page
from target_splynx.run import connect


@click.command()
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("docs"), show_default=True,
    help="Where the pages go.",
)  # fmt: skip
@click.option("--document", "source", help="The vendor's API Blueprint, or a page that names addresses: file or URL.")
@click.option("--offline", is_flag=True, help="Ask no server: the recorded contract only.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing, only show what differs.")
@json_option
def docs(folder: Path, source: str | None, offline: bool, only_check: bool, as_json: bool) -> None:
    """Write splynx/api_schema.md and migration_mapping.md, and show what differs from the last ones.

    The first tells every resource and field of Splynx's API: from the recorded contract, from this server's OPTIONS,
    and from the vendor's document where one is given. The second tells where each field that the models write comes
    from. The page about Sonar is written by `tap-sonar-tools docs`.

    Exit code 2 when something differs from the pages that are there.
    """
    document = _document(source) if source else None
    live, mapping, models_path = None, "sonar", None
    if not offline:
        settings = load_settings()
        mapping, models_path = settings.mapping, settings.models_path
        client = connect(settings)
        client.check()
        live = asked(client, resources().values(), workers=settings.parallel_workers)
    made = {"splynx/api_schema.md": schema_page(live, document)}
    if mapping != AS_IS:
        made["migration_mapping.md"] = mapping_page(mapping, models_path)
    found: dict[str, list[str]] = {}
    for name, text in made.items():
        path = folder / name
        old = path.read_text(encoding="utf-8") if path.is_file() else None
        found[str(path)] = page_drift(old, text) if old is not None else []
        if not only_check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if as_json:
        print_json(found)
    else:
        for path_name, lines in found.items():
            word = "would be written" if only_check else "written"
            console().print(f"{path_name}: {word}, {len(lines)} differences.", highlight=False)
            for line in lines:
                console().print(f"  {line}", highlight=False, markup=False)
    if any(found.values()):
        sys.exit(DIFFERENCES)


def _document(source: str) -> Document:
    """The vendor's document from a file or an address; no credentials go there."""
    if not source.startswith(("http://", "https://")):
        path = Path(source)
        if not path.is_file():
            raise MigrationError(f"--document {source}: there is no such file.")
        text = path.read_text(encoding="utf-8", errors="replace")
    else:
        try:
            answer = requests.get(source, timeout=60)
            answer.raise_for_status()
        except requests.RequestException as error:
            raise MigrationError(f"--document {source} cannot be read ({type(error).__name__}).") from None
        text = answer.text
    document = parsed(text)
    if not document.methods:
        raise MigrationError(f"--document {source} names no address of the API: is it the API Blueprint?")
    return document
