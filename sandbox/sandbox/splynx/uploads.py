"""Uploaded files: size and MIME limits, storing, and the answer of downloads.

Facts: research/splynx-api.md §10: at most 20 MB, a white list of MIME types, two steps (record, then file), download as
base64 over admin/config/download/{module}--{id}.
"""

from __future__ import annotations

import base64
import mimetypes

from sandbox.splynx.errors import ValidationFailedError
from sandbox.splynx.routes import Call
from sandbox.splynx.state import Splynx, StoredFile
from sandbox.splynx.store import Values

# GUESS: the list; the document names images, texts, office documents, archives, audio and video
_ALLOWED_GROUPS = ("image/", "audio/", "video/")
_ALLOWED = frozenset({
    "text/plain", "text/html", "text/csv", "text/xml", "text/rtf", "text/calendar", "application/pdf",
    "application/json", "application/xml", "application/rtf", "application/zip", "application/gzip",
    "application/x-rar-compressed", "application/x-7z-compressed", "application/x-tar", "application/msword",
    "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/vnd.ms-outlook",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet", "message/rfc822",
})  # fmt: skip


def checked_files(call: Call, *, required: bool = True, field: str = "file") -> list[StoredFile]:
    """The files of a form, ``file`` or ``files[0]``, ``files[1]`` …; 422 when missing, too large or of a wrong type."""
    names = (field, "file", "files")
    found = [file for name, file in call.uploads if name.split("[")[0] in names]
    if not found and required:
        raise ValidationFailedError([(field, "File cannot be blank.")])
    for file in found:
        if len(file.content) > call.splynx.settings.max_upload_bytes:
            raise ValidationFailedError([(field, f'The file "{file.name}" is too big. Its size cannot exceed 20 MiB.')])
        kind = file.content_type
        if kind in {"", "application/octet-stream"}:
            kind = file.content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if kind not in _ALLOWED and not kind.startswith(_ALLOWED_GROUPS):
            raise ValidationFailedError([(field, f'The file "{file.name}" has a type that is not allowed: {kind}.')])
    return found


def keep(splynx: Splynx, module: str, item_id: int, file: StoredFile) -> Values:
    """Store a file under module and record; gives the file columns of the record."""
    splynx.files[f"{module}--{item_id}"] = file
    uploaded = splynx.generated(module, item_id, file.name, length=32)
    extension = file.name.rpartition(".")[2]
    return {
        "filename_original": file.name,
        "filename_uploaded": f"{uploaded}.{extension}" if extension != file.name else uploaded,
    }


def download(splynx: Splynx, module: str, item_id: object) -> Values | None:
    """{name, content_type, content (base64)} of a stored file."""
    file = splynx.files.get(f"{module}--{item_id}")
    if file is None:
        return None
    return {
        "name": file.name, "content_type": file.content_type, "content": base64.b64encode(file.content).decode(),
    }  # fmt: skip
