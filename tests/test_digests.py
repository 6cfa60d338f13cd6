"""Digests of files: a file that can't have changed is not read again, and any other is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reloadlint import digests
from reloadlint.digests import GRAIN, Digests
from reloadlint.edition import edition, stamps

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files are read each time elsewhere")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "app.py"
    path.write_text("x = 1\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is later than files change: what is read now has settled."""
    now = digests.time.time_ns
    monkeypatch.setattr(digests.time, "time_ns", lambda: now() + 2 * GRAIN)


def digest(folder: Path | None, file: str) -> bytes:
    """What a run of its own says."""
    known = Digests(folder, Path(file).parent)
    found = known.of(file)
    known.save()
    return found


def forge(folder: Path) -> None:
    """Let the kept digests be others, so that one sees which are used."""
    from reloadlint.store import Store

    (kept,) = (folder / "digests").iterdir()
    store = Store(folder, "digests")
    data = store.read(kept.name)
    assert data is not None
    known = {path: (status, b"kept") for path, (status, _) in digests._DECODER.decode(data).items()}
    store.write(kept.name, digests.msgspec.msgpack.encode(known))


@pytest.mark.usefixtures("later")
def test_file_that_has_settled_is_not_read_again(folder: Path, file: str) -> None:
    digest(folder, file)
    forge(folder)
    assert digest(folder, file) == b"kept"


def test_file_that_has_just_changed_is_read_again(folder: Path, file: str) -> None:
    """It may change once more within the same tick of the file system's clock."""
    first = digest(folder, file)
    assert digest(folder, file) == first
    assert not (folder / "digests").exists()


@pytest.mark.usefixtures("later")
def test_change_that_keeps_size_and_time_is_seen(folder: Path, file: str) -> None:
    first, before = digest(folder, file), Path(file).stat()
    Path(file).write_text("x = 2\n", encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert digest(folder, file) != first


@pytest.mark.usefixtures("later")
def test_other_file_put_in_its_place_is_seen(folder: Path, file: str) -> None:
    first, before = digest(folder, file), Path(file).stat()
    other = Path(f"{file}.new")
    other.write_text("x = 2\n", encoding="utf-8")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)
    assert digest(folder, file) != first


@pytest.mark.usefixtures("later")
def test_link_that_leads_elsewhere_is_seen(folder: Path, file: str, tmp_path: Path) -> None:
    link, other = tmp_path / "link.py", tmp_path / "other.py"
    other.write_text("x = 2\n", encoding="utf-8")
    link.symlink_to(file)
    first = digest(folder, str(link))
    link.unlink()
    link.symlink_to(other)
    assert digest(folder, str(link)) != first


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("content", [b"", b"\x93", b"\xc1" * 100])
def test_damaged_digests_are_made_anew(folder: Path, file: str, content: bytes) -> None:
    first = digest(folder, file)
    (kept,) = (folder / "digests").iterdir()
    kept.write_bytes(content)
    assert digest(folder, file) == first


@pytest.mark.usefixtures("later")
def test_files_that_nobody_asks_for_any_more_are_forgotten(folder: Path, file: str) -> None:
    other = Path(file).with_name("other.py")
    other.touch()
    digest(folder, str(other))
    size = next((folder / "digests").iterdir()).stat().st_size
    both = Digests(folder, other.parent)
    both.of(file), both.of(str(other))
    both.save()
    digest(folder, str(other))
    assert next((folder / "digests").iterdir()).stat().st_size == size


@pytest.mark.usefixtures("later")
def test_nothing_is_kept_without_a_cache(file: str, tmp_path: Path) -> None:
    assert digest(None, file) == digest(None, file)
    assert os.listdir(tmp_path) == ["app.py"]  # noqa: PTH208


def test_file_that_is_gone_is_an_error(folder: Path, file: str) -> None:
    with pytest.raises(FileNotFoundError):
        digest(folder, f"{file}.gone")


def test_edition_changes_with_a_file_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reloadlint.edition.__file__", str(tmp_path / "edition.py"))
    made = edition.__wrapped__
    (tmp_path / "rule.py").touch()
    first = made()
    assert made() == first
    (tmp_path / "rule.py").write_text("x = 1\n", encoding="utf-8")
    assert made() != first


def test_stamp_of_what_is_not_there_is_one_of_its_own(tmp_path: Path) -> None:
    path = str(tmp_path / "gone")
    assert stamps([path]) == ((path, -1, -1),)
