"""The one module that writes files: all or nothing, LF, and protected layers closed whatever the umask."""

import errno
import os
from pathlib import Path

import pytest
import yaml

from elt import files


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request):
    """Run under another umask."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Mode of everything below a folder."""
    return {path.relative_to(folder).as_posix(): path.stat().st_mode & 0o777 for path in folder.rglob("*")}


@pytest.mark.parametrize("layer", ["bronze", "silver", "gold"])
def test_protected_layers_are_closed_whatever_the_umask(tmp_path, umask, layer):
    run = tmp_path / "artifacts/runs/r"
    files.write_text(run / layer / "reports/deep/x.md", "x")
    files.write_rows(run / layer / "data/x.csv", ["a"], [[1]])
    assert modes(run / layer) == {
        "reports": 0o700, "reports/deep": 0o700, "reports/deep/x.md": 0o600, "data": 0o700, "data/x.csv": 0o600,
    }  # fmt: skip
    assert (run / layer).stat().st_mode & 0o777 == 0o700


def test_other_folders_follow_the_umask(tmp_path, umask):
    run = tmp_path / "artifacts/runs/r"
    files.write_text(run / "reports/x.md", "x")
    assert modes(run) == {"reports": 0o777 & ~umask, "reports/x.md": 0o666 & ~umask}


def test_a_protected_folder_that_stood_open_is_closed_before_anything_is_in_it(tmp_path):
    folder = tmp_path / "artifacts/runs/r/gold/data"
    folder.mkdir(parents=True)
    (tmp_path / "artifacts/runs/r/gold").chmod(0o755)
    folder.chmod(0o777)
    with files.staged(folder / "x.csv") as temporary:
        seen = folder.stat().st_mode & 0o777, folder.parent.stat().st_mode & 0o777
        temporary.write_text("x")
    assert seen == (0o700, 0o700)


def test_a_temporary_file_of_a_protected_layer_is_never_open_to_others(tmp_path):
    before = os.umask(0)
    try:
        with files.staged(tmp_path / "artifacts/runs/r/gold/data/x.csv") as temporary:
            temporary.write_text("x")
            folders = [temporary.parent, temporary.parent.parent]
            assert {folder.stat().st_mode & 0o077 for folder in folders} == {0}
    finally:
        os.umask(before)


def test_a_relative_path_is_protected_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files.write_text("artifacts/runs/r/silver/x/y.txt", "x")
    assert modes(tmp_path / "artifacts/runs/r") == {"silver": 0o700, "silver/x": 0o700, "silver/x/y.txt": 0o600}


def test_a_project_that_lies_below_folders_called_runs_and_gold_is_left_as_it_is(tmp_path):
    project = tmp_path / "runs/2024/gold/project"
    project.mkdir(parents=True)
    before = modes(tmp_path)
    files.write_text(project / "artifacts/runs/r/reports/x.md", "x")
    files.write_text(project / "artifacts/runs/r/gold/data/x.csv", "x")
    after = modes(tmp_path)
    assert {path: after[path] for path in before} == before
    assert after["runs/2024/gold/project/artifacts/runs/r/reports/x.md"] != 0o600
    assert after["runs/2024/gold/project/artifacts/runs/r/gold/data/x.csv"] == 0o600


def test_a_file_that_fails_leaves_nothing_and_the_one_of_before_as_it_was(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("before")
    with pytest.raises(ZeroDivisionError), files.staged(path) as temporary:
        temporary.write_text("half")
        raise ZeroDivisionError
    assert [file.name for file in tmp_path.iterdir()] == ["x.csv"]
    assert path.read_text() == "before"


def test_rows_that_fail_half_way_leave_nothing(tmp_path):
    def rows():
        yield [1]
        raise ValueError

    with pytest.raises(ValueError):
        files.write_rows(tmp_path / "x.csv", ["a"], rows())
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_not_visible_under_its_name_before_it_is_whole(tmp_path):
    with files.staged(tmp_path / "x.csv") as temporary:
        temporary.write_text("x")
        assert not (tmp_path / "x.csv").exists()
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".")
        assert temporary.suffix == ".csv"
    assert (tmp_path / "x.csv").read_text() == "x"


def test_several_files_of_one_block_are_published_together_or_not_at_all(tmp_path):
    with pytest.raises(ZeroDivisionError), files.staged(tmp_path / "a") as one, files.staged(tmp_path / "b") as two:
        one.write_text("1")
        two.write_text("2")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_text_is_utf8_with_line_ends_as_they_are(tmp_path):
    files.write_text(tmp_path / "x", "ä\n€\r\n")
    assert (tmp_path / "x").read_bytes() == "ä\n€\r\n".encode()


def test_json_has_sorted_keys_and_no_number_that_is_none(tmp_path):
    files.write_json(tmp_path / "x.json", {"b": 1, "a": ["ä", None]})
    assert (tmp_path / "x.json").read_bytes() == '{\n  "a": [\n    "ä",\n    null\n  ],\n  "b": 1\n}\n'.encode()
    with pytest.raises(ValueError):
        files.write_json(tmp_path / "y.json", {"a": float("nan")})
    assert not (tmp_path / "y.json").exists()


def test_yaml_keeps_the_order_of_keys(tmp_path):
    files.write_yaml(tmp_path / "x.yaml", {"b": "ä", "a": [1]})
    assert (tmp_path / "x.yaml").read_text(encoding="utf-8") == "b: ä\na:\n- 1\n"


def test_a_yaml_key_that_stands_twice_is_an_error_at_any_depth(tmp_path):
    (tmp_path / "x.yaml").write_text("a:\n  - {b: 1, c: 2, b: 3}\n")
    with pytest.raises(yaml.YAMLError, match="'b' stands there twice"):
        files.read_yaml(tmp_path / "x.yaml")


def test_the_same_yaml_key_in_two_places_is_fine(tmp_path):
    (tmp_path / "x.yaml").write_text("a: {b: 1}\nc: {b: 2}\n")
    assert files.read_yaml(tmp_path / "x.yaml") == {"a": {"b": 1}, "c": {"b": 2}}


def test_rows_are_csv_with_lf_and_quotes_where_needed(tmp_path):
    files.write_rows(tmp_path / "x.csv", ["a", "b"], ([i, text] for i, text in enumerate(['x,"y"', "p\nq", None])))
    assert (tmp_path / "x.csv").read_bytes() == b'a,b\n0,"x,""y"""\n1,"p\nq"\n2,\n'


def test_a_copy_has_the_same_bytes_and_hash(tmp_path):
    (tmp_path / "a").write_bytes(bytes(range(256)))
    files.copy_bytes(tmp_path / "a", tmp_path / "deep/b")
    assert files.sha256(tmp_path / "deep/b") == files.sha256(tmp_path / "a")
    assert (tmp_path / "deep/b").read_bytes() == bytes(range(256))


@pytest.mark.parametrize("stops", ["never", "at once", "half way", "half way, without a word", "is not there"])
def test_a_copy_is_whole_wherever_the_system_stops_copying_by_itself(tmp_path, monkeypatch, stops):
    text, copy, asked = bytes(range(256)) * 40_000, os.copy_file_range, []

    def some(source: int, target: int, _count: int) -> int:
        asked.append(stops)
        if stops == "at once" or (stops == "half way" and len(asked) > 1):
            raise OSError(errno.EXDEV, "another file system")
        return 0 if stops == "half way, without a word" and len(asked) > 1 else copy(source, target, len(text) // 2)

    monkeypatch.setattr(os, "copy_file_range", some)
    if stops == "is not there":
        monkeypatch.delattr(os, "copy_file_range")
    (tmp_path / "a").write_bytes(text)
    files.copy_bytes(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == text
    assert bool(asked) == (stops != "is not there")
    with open(tmp_path / "a", "r+b") as source:
        source.write(b"other")  # in place: what both may share is the copy's alone by then
    assert (tmp_path / "b").read_bytes() == text


@pytest.mark.parametrize("source", [b"x" * 3_000_000, b"x" * 2_999_999, b"x" * 2_999_999 + b"y", b"", None])
def test_a_copy_is_hashed_only_if_its_source_is_still_the_same(tmp_path, source):
    (tmp_path / "copy").write_bytes(b"x" * 3_000_000)
    if source is not None:
        (tmp_path / "source").write_bytes(source)
    is_same = source == b"x" * 3_000_000
    expected = files.sha256(tmp_path / "copy") if is_same else ""
    assert files.sha256_of_copy(tmp_path / "source", tmp_path / "copy") == expected


def test_fragments_are_gathered_by_the_stem_of_their_file_in_sorted_order(tmp_path):
    for name in ("b", "a"):
        files.write_json(tmp_path / f"{name}.json", {"name": name})
    found = files.gathered([tmp_path / "b.json", tmp_path / "a.json"])
    assert list(found.items()) == [("a", {"name": "a"}), ("b", {"name": "b"})]


def test_the_folder_of_retention_and_drafts_are_closed_and_a_folder_of_that_name_elsewhere_is_not(tmp_path):
    root = tmp_path / "artifacts"
    assert files.protected_layer(root / "retention/tombstones/r.json") == root / "retention"
    assert files.protected_layer(root / "drafts/shop/bronze/x.csv") == root / "drafts/shop/bronze"
    assert files.protected_layer(root / "runs/r/_closed/reports/x.md") == root / "runs/r/_closed"
    for name in ("retention.md", "other/r/bronze/x.csv", "runs/r/reports/bronze/x.csv", "retention"):
        assert files.protected_layer(root / name) is None, name
    assert files.protected_layer(tmp_path / "elsewhere/runs/r/bronze/x.csv") is None
    inner = root / "runs/r/gold/artifacts"
    assert files.protected_layer(inner / "runs/s/silver/x.csv") == inner / "runs/s/silver"
    assert files.protected_layer(inner / "retention/x.json") == inner / "retention"


@pytest.mark.parametrize(("mode", "folder"), [(0o600, 0o700), (0o640, 0o750), (0o644, 0o755), (0o660, 0o770)])
def test_who_may_read_what_is_published_may_enter_its_folder(mode, folder):
    assert files.folder_mode(mode) == folder


def test_a_mode_that_is_stated_counts_in_a_protected_layer_too_and_whatever_the_umask(tmp_path, umask):
    for place in ("gold/data", "reports"):
        path = tmp_path / "artifacts/runs/r" / place / "x.txt"
        with files.staged(path, 0o640) as temporary:
            assert temporary.stat().st_mode & 0o777 == 0o600  # closed until it has its name
            temporary.write_text("x")
        assert path.stat().st_mode & 0o777 == 0o640


def test_a_file_with_a_mode_is_not_put_into_what_lies_under_its_temporary_name(tmp_path):
    target = tmp_path / "secret.txt"
    target.write_text("as before")
    (tmp_path / f".x.{os.getpid()}.tmp.txt").symlink_to(target)
    with pytest.raises(FileExistsError):
        files.write_text(tmp_path / "x.txt", "x", 0o600)
    assert target.read_text() == "as before" and not (tmp_path / "x.txt").exists()


def test_the_folder_for_what_is_needed_meanwhile_is_empty_closed_and_gone_at_the_end(tmp_path):
    final = tmp_path / "artifacts/runs/r/silver/data/x.csv"
    (final.parent / ".x.tmp").mkdir(parents=True)
    (final.parent / ".x.tmp/left_over").write_text("x")
    with pytest.raises(RuntimeError), files.scratch(final) as folder:
        assert not any(folder.iterdir()) and folder.parent == final.parent
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "part").write_text("x")
        raise RuntimeError
    assert not any(final.parent.iterdir())


@pytest.mark.parametrize("write", [files.write_private, lambda path, text: files.write_unsynced(path, text)])
def test_a_private_file_is_closed_whatever_the_umask_and_whole_or_as_before(tmp_path, umask, write, monkeypatch):
    path = tmp_path / "deep/x.txt"
    write(path, "old\n")
    assert path.stat().st_mode & 0o777 == 0o600 and path.read_text() == "old\n"
    with monkeypatch.context() as context:
        context.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("no")))
        with pytest.raises(OSError, match="no"):
            write(path, "new\n")
    assert path.read_text() == "old\n" and [*path.parent.iterdir()] == [path]
    write(path, "new\n")
    assert path.read_text() == "new\n"


@pytest.mark.parametrize(("write", "begin"), [(files.write_private, ""), (files.write_unsynced, ".")])
def test_what_a_killed_process_left_under_the_temporary_name_does_not_come_into_a_private_file(tmp_path, write, begin):
    left = tmp_path / f"{begin}x.txt.{os.getpid()}.tmp"
    left.write_text("much longer than what is written next\n")
    write(tmp_path / "x.txt", "new\n")
    assert (tmp_path / "x.txt").read_text() == "new\n" and not left.exists()


def test_a_private_file_is_not_written_through_a_link_and_the_folder_of_receipts_is_closed(tmp_path, umask):
    target, final = tmp_path / "theirs.txt", tmp_path / "x.txt"
    target.write_text("as before")
    final.with_name(f"x.txt.{os.getpid()}.tmp").symlink_to(target)
    files.write_private(final, "new\n")
    assert target.read_text() == "as before" and final.read_text() == "new\n" and not final.is_symlink()
    files.write_unsynced(tmp_path / "receipts/deep/x.json", "{}")
    assert (tmp_path / "receipts/deep").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("write", [files.write_text, files.write_private, files.write_unsynced])
def test_a_process_that_writes_many_files_holds_none_of_them_open(tmp_path, write):
    write(tmp_path / "x.txt", "x")
    before = len([*Path("/proc/self/fd").iterdir()])
    for number in range(5):
        write(tmp_path / f"{number}.txt", "x")
    assert len([*Path("/proc/self/fd").iterdir()]) == before


def test_what_is_written_is_told_under_its_final_name_with_the_hash_of_its_content(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_noted", [])
    told: list[tuple[Path, str]] = []
    files.when_named(lambda path, sha: told.append((path, sha)))
    files.write_text(tmp_path / "x.txt", "x")
    assert told == [(tmp_path / "x.txt", files.sha256(tmp_path / "x.txt"))]
    with pytest.raises(ValueError, match="half"), files.staged(tmp_path / "y.txt"):
        raise ValueError("half")
    assert len(told) == 1


def test_a_sealed_file_is_known_byte_for_byte_and_whatever_else_is_none(tmp_path):
    path, content = tmp_path / "x.json", files.sealed({"a": 1})
    files.write_json(path, content)
    assert files.is_sealed(path, content) and not files.is_sealed(path, {"a": 2, "seal": content["seal"]})
    assert files.sealed(content) == content
    path.write_text(path.read_text() + " ")
    assert not files.is_sealed(path, content)
    assert files.is_sealed(tmp_path / "none.json", content) is False
    assert files.is_sealed(path, {"a": float("nan")}) is False


def test_a_copy_into_a_staged_path_gives_the_hash_of_what_was_written(tmp_path):
    source = tmp_path / "a.bin"
    source.write_bytes(b"x" * (files.CHUNK + 1))
    with files.staged(tmp_path / "b.bin") as temporary:
        assert files.copied(source, temporary) == files.sha256(source)
    assert (tmp_path / "b.bin").read_bytes() == source.read_bytes()


@pytest.mark.parametrize(
    ("write", "is_folder_too"), [(files.write_text, False), (files.write_private, True)], ids=["staged", "private"]
)
def test_what_is_written_is_safe_on_disk_before_it_gets_its_name(tmp_path, monkeypatch, write, is_folder_too):
    done: list[tuple[str, int | str]] = []
    sync, replace, path = os.fsync, os.replace, tmp_path / "x.txt"

    def synced(descriptor: int) -> None:
        done.append(("synced", os.fstat(descriptor).st_ino if os.fstat(descriptor).st_size == 3 else "folder"))
        sync(descriptor)

    def named(source: Path, target: Path) -> None:
        done.append(("named", source.stat().st_ino))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", named)
    write(path, "abc")
    inode = path.stat().st_ino
    assert done == [("synced", inode), ("named", inode), *[("synced", "folder")] * is_folder_too]


def test_a_private_file_can_be_read_by_its_owner_under_a_umask_that_takes_all_rights(tmp_path):
    before = os.umask(0o777)
    try:
        files.write_private(tmp_path / "x.txt", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "x.txt").stat().st_mode & 0o777 == 0o600
