"""Bytes of files: in the record or in a folder, whatever breaks on the way."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.sonar.server import SonarServer
from sonar_runs import TOKEN, Extraction, config_for, discover, extract, get, put, select
from sonar_store import new_store
from tap_sonar import client as client_module
from tap_sonar.client import Counts, SonarClient
from tap_sonar.errors import AuthenticationError, StreamsFailedError
from tap_sonar.files import FileContents, safe_name
from tap_sonar.settings import Settings

URL = "http://sonar.test"
Row = dict[str, Any]


def content(number: int) -> bytes:
    """What the sandbox has for a file: number 5 is long enough to be cut."""
    return bytes(range(256)) * (2000 if number == 5 else 1) + bytes([number])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SonarServer]:
    """Eight files; number 7 has a row, but no bytes."""
    path = tmp_path_factory.mktemp("files") / "s.sqlite"
    connection = new_store(str(path), 1, types={"File": 8})
    connection.execute("BEGIN")
    for number in range(1, 9):
        connection.execute(
            'UPDATE "File" SET file_size_in_bytes = ?, filename = ? WHERE id = ?',
            (len(content(number)), f"../Ünterlagen {number}.PDF", number),
        )
        if number != 7:
            connection.execute("INSERT INTO _file_content VALUES (?, ?)", (number, content(number)))
    connection.execute("COMMIT")
    connection.close()
    with SonarServer(database=path, token=TOKEN) as running:
        yield running


@pytest.fixture(scope="module")
def files_catalog(server: SonarServer) -> dict[str, Any]:
    """Discovered with both settings, as either adds its own properties."""
    return discover(config_for(server.url, file_contents=True, files_folder="files"))


def choose(catalog: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """The stream `files`, with the properties that the settings are about."""
    chosen = select(catalog, "files")
    wanted = {"content_base64": "file_contents", "content_path": "files_folder", "content_sha256": "files_folder"}
    for entry in chosen["streams"]:
        for item in entry["metadata"]:
            if entry["tap_stream_id"] == "files" and item["breadcrumb"][-1:] and item["breadcrumb"][-1] in wanted:
                item["metadata"]["selected"] = wanted[item["breadcrumb"][-1]] in settings
    return chosen


@pytest.fixture
def run(server: SonarServer, files_catalog: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Extraction]:
    """Extract the stream `files` with these settings."""
    monkeypatch.setattr(client_module, "FIRST_WAIT_SECONDS", 0.01)
    put(server.url, "faults", [])

    def extract_files(**settings: Any) -> Extraction:
        return extract(config_for(server.url, **settings), choose(files_catalog, **settings))

    return extract_files


def test_into_the_record(run: Callable[..., Extraction]) -> None:
    done = run(file_contents=True, file_size_limit=1000)
    assert done.error is None
    got = {record["id"]: record["content_base64"] for record in done.records["files"]}
    assert (got.pop(5), got.pop(7)) == (None, None)
    assert {number: base64.b64decode(text) for number, text in got.items()} == {n: content(n) for n in (1, 2, 3, 4, 6, 8)}


def test_into_a_folder(run: Callable[..., Extraction], server: SonarServer, tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "files"
    done = run(files_folder=str(folder))
    assert done.error is None
    assert sorted(path.name for path in folder.iterdir()) == [f"{n}.pdf" for n in (1, 2, 3, 4, 5, 6, 8)]
    for record in done.records["files"]:
        if record["id"] == 7:
            assert (record["content_path"], record["content_sha256"]) == (None, None)
            continue
        path = Path(record["content_path"])
        assert path.read_bytes() == content(record["id"])
        assert record["content_sha256"] == hashlib.sha256(content(record["id"])).hexdigest()
        assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    # A second run reads only what is not there, whole.
    (folder / "2.pdf").write_bytes(b"half")
    before = requests_for_files(server)
    again = run(files_folder=str(folder))
    assert requests_for_files(server) - before == 2  # number 2, and number 7 which Sonar does not have
    assert again.records["files"] == done.records["files"]


def requests_for_files(server: SonarServer) -> int:
    return int(get(server.url, "stats")["by_method"].get("GET", 0))


def test_a_file_that_fails_is_a_warning(run: Callable[..., Extraction], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        done = run(file_contents=True)
    assert done.error is None
    assert len(done.records["files"]) == 8
    assert "File 7 was not read: file 7: Sonar answered HTTP 404." in caplog.text


@pytest.mark.parametrize("kind", ["status", "cut_before", "cut_middle"])
def test_complete_in_spite_of_faults(run: Callable[..., Extraction], server: SonarServer, tmp_path: Path, kind: str) -> None:
    put(server.url, "faults", [{"kind": kind, "times": 6, "match": {"path_regex": "/api/files/(1|3|5)"}}])
    done = run(files_folder=str(tmp_path / "f"))
    assert done.error is None
    assert [record["id"] for record in done.records["files"] if record["content_path"] is None] == [7]
    assert (tmp_path / "f" / "5.pdf").read_bytes() == content(5)


@pytest.mark.parametrize(("ranges", "status"), [(True, 206), (False, 200)])
def test_a_broken_download_goes_on_where_sonar_lets_it(run: Callable[..., Extraction], server: SonarServer, tmp_path: Path, ranges: bool, status: int) -> None:
    """The answer breaks off in the middle; the rest comes alone, or the whole again."""
    put(server.url, "settings", {"file_ranges": ranges})
    put(server.url, "faults", [{"kind": "cut_middle", "times": 1, "match": {"path_regex": "/api/files/5"}}])
    before = get(server.url, "stats")["by_status"].get(str(status), 0)
    done = run(files_folder=str(tmp_path / "f"))
    put(server.url, "settings", {"file_ranges": True})
    assert done.error is None
    assert get(server.url, "stats")["by_status"][str(status)] > before
    assert (tmp_path / "f" / "5.pdf").read_bytes() == content(5)


def test_a_folder_that_cannot_be_written_fails_the_stream(run: Callable[..., Extraction], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = run(files_folder=str(tmp_path / "file"))
    assert isinstance(done.error, StreamsFailedError)
    assert done.tap is not None
    assert "cannot write to files_folder" in done.tap.summary.results["files"].reason


def test_the_fields_that_are_needed_are_not_emitted_unasked(server: SonarServer, files_catalog: dict[str, Any], tmp_path: Path) -> None:
    config = config_for(server.url, files_folder=str(tmp_path / "f"))
    chosen = select(files_catalog, "files")
    for entry in chosen["streams"]:
        for item in entry["metadata"]:
            if entry["tap_stream_id"] == "files" and item["breadcrumb"]:
                item["metadata"]["selected"] = item["breadcrumb"][-1] == "content_sha256"
    done = extract(config, chosen)
    assert set(done.records["files"][0]) == {"id", "updated_at", "content_sha256"}
    assert done.records["files"][0]["content_sha256"] == hashlib.sha256(content(1)).hexdigest()


def test_a_setting_that_the_catalog_does_not_know_is_told(config: Row, catalog: Row, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    extract({**config, "files_folder": str(tmp_path)}, select(catalog, "files"))
    assert "files_folder: the stream files has no content_path." in caplog.text


# -- one download -----------------------------------------------------------------------------------------------------


def folder_contents(folder: Path, monkeypatch: pytest.MonkeyPatch) -> FileContents:
    """A `FileContents` that talks to a mock."""
    monkeypatch.setattr(client_module, "FIRST_WAIT_SECONDS", 0.01)
    config = {"api_url": URL, "auth_token": "t", "requests_per_minute": 0, "files_folder": str(folder)}
    client = SonarClient(Settings.from_config(config, user_agent="test"))
    return FileContents(client, Counts(), {"content_path", "content_sha256"}, lambda *_: None)


def row(size: int | None) -> Row:
    return {"id": 3, "filename": "a.txt", "file_size_in_bytes": None if size is None else str(size)}


def test_a_download_goes_on_where_it_ended(requests_mock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "3.txt.part").write_bytes(b"01234")
    requests_mock.get(f"{URL}/api/files/3", status_code=206, content=b"56789", headers={"Content-Range": "bytes 5-9/10"})
    rows = [row(10)]
    folder_contents(tmp_path, monkeypatch).add(rows)
    assert requests_mock.last_request.headers["Range"] == "bytes=5-"
    assert Path(rows[0]["content_path"]).read_bytes() == b"0123456789"
    assert not (tmp_path / "3.txt.part").exists()


@pytest.mark.parametrize(
    "answers",
    [
        [{"content": b"abcdefghij"}],  # no Range here: everything comes
        [{"status_code": 416}, {"content": b"abcdefghij"}],
        [
            {"status_code": 206, "content": b"zz", "headers": {"Content-Range": "bytes 5-6/7"}},
            {"content": b"abcdefghij"},
        ],
        [{"status_code": 206, "content": b"abcdefghij", "headers": {"Content-Range": "bytes 0-9/10"}}],
    ],
)
def test_a_beginning_that_does_not_fit_is_thrown_away(requests_mock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[Row]) -> None:
    (tmp_path / "3.txt.part").write_bytes(b"01234")
    requests_mock.get(f"{URL}/api/files/3", answers)
    rows = [row(10)]
    folder_contents(tmp_path, monkeypatch).add(rows)
    assert Path(rows[0]["content_path"]).read_bytes() == b"abcdefghij"


def test_no_right_to_a_file_is_not_a_wrong_token(requests_mock: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requests_mock.get(f"{URL}/api/files/3", status_code=403)
    rows = [row(10)]
    folder_contents(tmp_path, monkeypatch).add(rows)
    assert rows[0]["content_path"] is None
    requests_mock.get(f"{URL}/api/files/3", status_code=401)
    with pytest.raises(AuthenticationError):
        folder_contents(tmp_path, monkeypatch).add([row(10)])


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("a.PDF", "3.pdf"),
        ("../../etc/passwd", "3"),
        ("x.p/../y", "3"),
        (".bashrc", "3"),
        ("a.part", "3"),
        ("a.tar.gz", "3.gz"),
        ("a.\x00b", "3"),
        ("", "3"),
    ],
)
def test_names_of_people_never_become_paths(filename: str, name: str) -> None:
    assert safe_name(3, filename) == name
