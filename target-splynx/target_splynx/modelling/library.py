"""Finding models: the shipped set, an operator's folder, or both (files of the same section and name replace the
shipped).

`models/common` belongs to every mapping: the engine's own needs (marker fields). `mapping: splynx` has no files: its
models are made from the staged streams (`modelling.passthrough`) and handed in.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from target_splynx.errors import ModelError, SettingsError
from target_splynx.modelling.model import SECTIONS, Model, Part, read_model, read_part


def shipped_folder(mapping: str) -> Path:
    """The folder of a shipped set (`sonar`)."""
    return Path(str(files("target_splynx.models"))) / mapping


AS_IS = "splynx"
"""The mapping that takes streams which are named and shaped like Splynx resources."""


def load_models(
    mapping: str, models_path: str | None = None, made: Iterable[Model] = ()
) -> tuple[list[Model], list[Part]]:
    """All models of a mapping, by section and file name, and the parts they share.

    `made`: models made in memory; a file of the same section and name replaces one.

    Raises:
        SettingsError: the mapping is neither shipped nor a folder.
        ModelError: a file is wrong.
    """
    folders = [shipped_folder("common"), *([] if mapping == AS_IS else [_base(mapping)])]
    if models_path:
        extra = Path(models_path)
        if not extra.is_dir():
            raise SettingsError(f"`models_path` {models_path} is not a folder.")
        folders.append(extra)
    files_of: dict[tuple[str, str], Path] = {}
    parts: dict[str, Path] = {}
    for folder in folders:
        files_of |= _files(folder)
        parts |= {path.stem: path for path in sorted(folder.glob("*.sql"))}
    ordered = sorted(files_of, key=lambda key: (SECTIONS.index(key[0]), key[1]))
    models = [read_model(files_of[key]) for key in ordered]
    named = {model.name for model in models}
    models += [model for model in made if model.name not in named]
    return models, [read_part(parts[name]) for name in sorted(parts)]


def names_in(models_path: str | None) -> frozenset[str]:
    """Names (`section/file`) of the models in an operator's folder."""
    folder = Path(models_path) if models_path else None
    return frozenset("/".join(key) for key in _files(folder)) if folder and folder.is_dir() else frozenset()


def _base(mapping: str) -> Path:
    shipped = shipped_folder(mapping)
    if mapping.isidentifier() and mapping != "common" and shipped.is_dir():
        return shipped
    if Path(mapping).is_dir():
        return Path(mapping)
    raise SettingsError(f"`mapping` is {mapping!r}: use sonar, splynx, or the path of a folder with models.")


COMPANIONS = ("accounting", "checks", "handwork")
"""Folders beside the sections whose files are no models: what becomes of each source row, data-quality checks, and what
must be made by hand."""


def companion_files(folder: str, mapping: str, models_path: str | None = None) -> dict[str, Path]:
    """Files of one of the `COMPANIONS`, by name; those of `models_path` replace or add to those of the mapping.

    Raises:
        SettingsError: the mapping is neither shipped nor a folder.
    """
    bases = [] if mapping == AS_IS else [_base(mapping)]
    if models_path:
        bases.append(Path(models_path))
    return {path.stem: path for base in bases for path in sorted((base / folder).glob("*.sql"))}


def _files(base: Path) -> dict[tuple[str, str], Path]:
    found = {}
    for path in sorted(base.glob("*/*.sql")):
        if path.parent.name in COMPANIONS:
            continue
        if path.parent.name not in SECTIONS:
            raise ModelError(path, f"`{path.parent.name}` is no section.", remedy=f"Sections: {', '.join(SECTIONS)}.")
        found[path.parent.name, path.stem] = path
    return found


@lru_cache
def mapping_settings(mapping: str = "sonar") -> dict[str, dict[str, Any]]:
    """Settings that a shipped mapping's models read: name → {type, default, description}."""
    path = shipped_folder(mapping) / "settings.yml"
    if not path.is_file():
        return {}
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")) or {})


@lru_cache
def optional_streams(mapping: str = "sonar") -> dict[str, dict[str, str]]:
    """Streams that a mapping's models use when they are there: name → columns that models read, with DuckDB types.

    Without the stream, an empty table takes its place.
    """
    path = shipped_folder(mapping) / "optional_streams.yml"
    if not path.is_file():
        return {}
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
