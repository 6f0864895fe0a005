"""Sending files: in the form that makes the record, or to `{id}--upload` after it was made.

In: an operation whose payload names a file (`planning.files`). Out: the form's parts, or one POST. An upload to a
record's address puts the file in its place, so it may be repeated; the POST that makes a record may not.
Source: research/splynx-api.md §10.
"""

from __future__ import annotations

import logging
import mimetypes
import time
from collections.abc import Mapping
from typing import Any

from target_splynx.contract.resource import Resource
from target_splynx.loading.paths import upload_path
from target_splynx.planning.files import FILE, FileChanged, FileStore
from target_splynx.splynx.client import Client
from target_splynx.splynx.errors import FieldError, Unavailable, ValidationRefused

logger = logging.getLogger(__name__)

Part = tuple[str, tuple[str, bytes, str]]
"""Field of the form, and name, content and type of the file."""


class Uploads:
    """Files of the records that are being written."""

    def __init__(self, client: Client, files: FileStore, *, attempts: int, wait_seconds: float) -> None:
        """`attempts`: how often an upload of its own is tried; `wait_seconds`: before the second try, then doubled."""
        self._client, self._files = client, files
        self._attempts, self._wait = attempts, wait_seconds

    def parts(self, resource: Resource, payload: Mapping[str, Any]) -> list[Part] | None:
        """The file as a part of the form that makes the record; None when there is none, or when it goes after it.

        Raises:
            ValidationRefused: it is not the one that was planned.
        """
        file, upload = payload.get(FILE), resource.upload
        if not file or upload is None or upload.path is not None:
            return None
        return [self._part(upload.field, file)]

    def follows(self, resource: Resource, payload: Mapping[str, Any]) -> bool:
        """Whether the file is sent after the record was made."""
        return bool(payload.get(FILE)) and resource.upload is not None and resource.upload.path is not None

    def send(self, resource: Resource, splynx_id: str, payload: Mapping[str, Any]) -> None:
        """Put the file of a record in its place.

        Raises:
            SplynxError: it is not the one that was planned, Splynx refused it, or did not answer.
        """
        upload = resource.upload
        if upload is None or upload.path is None:
            raise AssertionError(f"{resource.name} takes no file after it was made")  # pragma: no cover
        part = self._part(upload.field, payload[FILE])
        wait = self._wait
        for attempt in range(1, self._attempts + 1):
            try:
                self._client.post(upload_path(upload.path, splynx_id), {}, [part])
                return
            except Unavailable as error:  # noqa: PERF203 - each try fails by itself
                if attempt == self._attempts or 200 <= error.status < 300:
                    raise
                logger.info("file of %s %s: %s; trying again", resource.name, splynx_id, error)
                time.sleep(wait)
                wait *= 2

    def _part(self, field: str, file: Mapping[str, Any]) -> Part:
        kind = mimetypes.guess_type(file["name"])[0] or "application/octet-stream"
        try:
            content = self._files.content(file)
        except FileChanged as error:
            raise ValidationRefused(0, str(error), fields=(FieldError(FILE, str(error)),)) from None
        return field, (file["name"], content, kind)


def without_file(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are sent as such."""
    return {name: value for name, value in payload.items() if name != FILE}
