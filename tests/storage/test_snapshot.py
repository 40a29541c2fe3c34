"""A snapshot holds the whole review, reads back to the same hashes, and shows any change."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ranvier.core.event import Chain, Draft, Event, hash_of
from ranvier.core.review import Actor
from ranvier.errors import InputError, IntegrityError, NotFoundError, SnapshotError
from ranvier.storage import (
    check_snapshot,
    is_snapshot,
    open_folder,
    open_memory,
    read_manifest,
    restore_snapshot,
    write_snapshot,
)
from ranvier.storage.manifest import Counts, FileEntry, Manifest, manifest_text
from ranvier.storage.snapshot import event_line


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def broken(snapshot, tmp_path) -> Path:
    """A copy of the sound snapshot, to be broken."""
    return Path(shutil.copytree(snapshot, tmp_path / "broken"))


def refused(folder: Path) -> SnapshotError:
    """Restore it: it must be refused and leave nothing behind."""
    with open_memory("r") as store:
        before = store.head()
        with pytest.raises(SnapshotError) as found:
            restore_snapshot(folder, store)
        assert store.head() == before
        assert list(store.events()) == list(store.standing()) == list(store.blobs()) == []
        assert store.actors() == {}
        store.verify()
    assert found.value.file is not None
    assert found.value.file.startswith(str(folder))
    assert found.value.remedy
    return found.value


def rewrite(folder: Path, path: str, data: bytes) -> None:
    """Change a file and let the manifest agree with it."""
    (folder / path).write_bytes(data)
    manifest = read_manifest(folder)
    entry = FileEntry(path=path, bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    files = tuple(entry if held.path == path else held for held in manifest.files)
    (folder / "snapshot.json").write_bytes(manifest_text(replace(manifest, files=files)))


def test_a_snapshot_restores_to_the_same_hashes_on_every_engine(place, snapshot, tmp_path):
    with open_memory("r") as origin:
        restore_snapshot(snapshot, origin)
        expected = list(origin.events()), list(origin.standing()), origin.actors(), origin.head()
    store = place.make()
    manifest = restore_snapshot(snapshot, store)
    assert (manifest.seq, manifest.head) == store.head()
    assert (list(store.events()), list(store.standing()), store.actors(), store.head()) == expected
    store.verify()
    write_snapshot(store, tmp_path / "again")
    assert tree(tmp_path / "again") == tree(snapshot)


def test_a_restored_review_goes_on_where_it_was(place, snapshot, drafts):
    store = place.make()
    restore_snapshot(snapshot, store)
    seq, head = store.head()
    (event,) = store.append([drafts.decision("r1", "exclude", client_id="after")])
    assert (event.seq, event.prev_hash) == (seq + 1, head)
    assert store.append([drafts.undo("after", client_id="undo")])[0].seq == seq + 2
    store.verify()


def test_the_tree_is_what_the_documentation_says(snapshot):
    found = tree(snapshot)
    assert is_snapshot(snapshot)
    assert {name for name in found if not name.startswith("blobs/")} == {
        "snapshot.json",
        "actors.json",
        "events/000001.jsonl",
        "events/000002.jsonl",
    }
    assert found["events/000001.jsonl"].count(b"\n") == 1_000
    for name, data in found.items():
        if name.startswith("blobs/"):
            sha256 = hashlib.sha256(data).hexdigest()
            assert name == f"blobs/{sha256[:2]}/{sha256}"
    manifest = json.loads(found["snapshot.json"])
    assert manifest["format"] == 1
    assert manifest["review"] == "r"
    assert manifest["counts"] == {"events": 1_016, "actors": 2, "blobs": 2}
    assert [entry["path"] for entry in manifest["files"]] == sorted(
        found.keys() - {"snapshot.json"}
    )


def test_each_event_is_one_line_of_canonical_json(snapshot):
    for line in (snapshot / "events/000001.jsonl").read_bytes().splitlines()[:50]:
        assert rfc8785.dumps(json.loads(line)) == line


#: Any text that UTF-8 can hold.
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


@given(TEXT, TEXT, st.none() | TEXT, st.none() | TEXT, st.integers(1, 9))
def test_hash_and_line_are_those_of_canonical_json(actor, payload, reason, other, version):
    """Both are written by a faster encoder than the canonical one: it must make no difference."""
    draft = Draft(
        type="text.written",
        payload=payload,
        actor=actor,
        at="2026-01-31T12:00:00Z",
        client_id="c",
        on_behalf_of=other,
        reason=reason,
        schema_version=version,
    )
    event = Chain("r").add(draft)
    fields = {name: getattr(event, name) for name in Event.__slots__}
    assert event_line(event) == rfc8785.dumps(fields) + b"\n"
    order = "seq review_id actor on_behalf_of at type schema_version payload reason client_id"
    said = [fields[name] for name in [*order.split(), "prev_hash"]]
    assert event.hash == hash_of(event) == hashlib.sha256(rfc8785.dumps(said)).hexdigest()


def test_an_empty_review_has_a_snapshot_too(tmp_path):
    with open_memory("r") as store:
        write_snapshot(store, tmp_path / "empty")
    with open_memory("r") as store:
        assert restore_snapshot(tmp_path / "empty", store).seq == 0
        store.verify()


def test_a_snapshot_replaces_an_older_one_of_the_same_review(tmp_path, snapshot, drafts):
    target = tmp_path / "target"
    with open_memory("r") as store:
        restore_snapshot(snapshot, store)
        write_snapshot(store, target)
        store.append([drafts.decision("more", client_id="more")])
        write_snapshot(store, target)
    assert check_snapshot(target).seq == read_manifest(snapshot).seq + 1
    assert [path.name for path in tmp_path.iterdir()] == ["target"]
    older, newer = tree(snapshot), tree(target)
    changed = {name for name in newer if newer[name] != older.get(name)}
    assert changed == {"snapshot.json", "events/000002.jsonl"}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: (folder / "mine.txt").write_text("mine"), "not empty and no snapshot"),
        (lambda folder: (folder / "snapshot.json").write_text("{}"), "cannot be read"),
    ],
)
def test_a_folder_with_anything_else_is_left_alone(tmp_path, make, message):
    make(tmp_path)
    before = tree(tmp_path)
    with open_memory("r") as store, pytest.raises(InputError, match=message):
        write_snapshot(store, tmp_path)
    assert tree(tmp_path) == before


def test_a_snapshot_of_another_review_is_left_alone(broken):
    before = tree(broken)
    with open_memory("other") as store, pytest.raises(InputError, match="of review 'r'"):
        write_snapshot(store, broken)
    assert tree(broken) == before


def test_files_kept_beside_a_snapshot_are_not_lost(broken):
    (broken / "README.md").write_text("Mine")
    with open_memory("r") as store, pytest.raises(InputError, match=r"README\.md.*would be lost"):
        write_snapshot(store, broken)
    assert check_snapshot(broken).review == "r"


def test_a_file_is_no_place_for_a_snapshot(tmp_path):
    (tmp_path / "file").write_text("x")
    with open_memory("r") as store, pytest.raises(InputError, match="a file, not a folder"):
        write_snapshot(store, tmp_path / "file")


def test_a_damaged_log_gives_no_snapshot(tmp_path, snapshot):
    """What fails half-way leaves the older snapshot, and nothing beside it."""

    class Damaged:
        """A store whose log and blobs can be changed."""

        def __init__(self, store, *, events=None, blob=None):
            self._store, self._events, self._blob = store, events, blob

        def __getattr__(self, name):
            return getattr(self._store, name)

        def events(self, *, after=0):
            log = self._store.events(after=after)
            return log if self._events is None else map(self._events, log)

        def blob(self, sha256):
            return self._blob or self._store.blob(sha256)

    def forge(event):
        return replace(event, reason="forged") if event.seq == 1_005 else event

    target = tmp_path / "target"
    with open_memory("r") as store:
        restore_snapshot(snapshot, store)
        write_snapshot(store, target)
        with pytest.raises(IntegrityError, match="event 1005"):
            write_snapshot(Damaged(store, events=forge), target)
        with pytest.raises(IntegrityError, match=r"blob .* was changed"):
            write_snapshot(Damaged(store, blob=b"forged"), target)
    assert tree(target) == tree(snapshot)
    assert [path.name for path in tmp_path.iterdir()] == ["target"]


def test_a_missing_file_is_named(broken):
    for path in sorted(tree(broken)):
        if path != "snapshot.json":
            copy = Path(shutil.copytree(broken, broken.with_name("copy")))
            (copy / path).unlink()
            error = refused(copy)
            assert error.file == str(copy / path)
            assert "missing" in error.message
            shutil.rmtree(copy)
    (broken / "snapshot.json").unlink()
    with pytest.raises(NotFoundError, match="holds no snapshot"):
        check_snapshot(broken)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_one_changed_byte_anywhere_is_found(broken, data):
    path = data.draw(st.sampled_from(sorted(tree(broken))))
    before = (broken / path).read_bytes()
    at = data.draw(st.integers(0, len(before) - 1))
    flipped = before[at] ^ data.draw(st.integers(1, 255))
    (broken / path).write_bytes(before[:at] + bytes([flipped]) + before[at + 1 :])
    try:
        with pytest.raises(SnapshotError) as found:
            check_snapshot(broken)
    finally:
        (broken / path).write_bytes(before)
    assert found.value.file is not None
    if path.startswith("events/"):
        assert found.value.file == str(broken / path)
        assert found.value.row == before[:at].count(b"\n") + 1


def lines_of(folder: Path, path: str = "events/000002.jsonl") -> list[bytes]:
    return (folder / path).read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("honest", ["manifest left alone", "manifest agrees"])
@pytest.mark.parametrize(
    ("change", "row"),
    [
        (lambda lines: lines[:4] + lines[5:], 5),
        (lambda lines: lines[1:], 1),
        (lambda lines: lines[:-1], 16),
        (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], 3),
        (lambda lines: [*lines, lines[-1]], 17),
        (lambda lines: [*lines[:6], lines[5], *lines[6:]], 7),
        (lambda lines: [*lines[:6], b"not json\n", *lines[7:]], 7),
        (lambda lines: [*lines[:6], b"{}\n", *lines[7:]], 7),
        (lambda lines: [*lines[:6], b"\n", *lines[7:]], 7),
        (lambda lines: [*lines[:6], lines[6].replace(b'":', b'": ', 1), *lines[7:]], 7),
        (lambda lines: [*lines[:-1], lines[-1].rstrip()], 16),
        (lambda lines: [*lines[:6], lines[6].replace(b"include", b"exclude"), *lines[7:]], 7),
    ],
    ids=[
        "event removed",
        "first event removed",
        "last event removed",
        "lines swapped",
        "line repeated at the end",
        "line repeated",
        "not JSON",
        "empty object",
        "empty line",
        "blank added",
        "last line end removed",
        "verdict changed",
    ],
)
def test_a_changed_log_is_named_with_its_row(broken, change, row, honest):
    lines = change(lines_of(broken))
    data = b"".join(lines)
    if honest == "manifest agrees":
        rewrite(broken, "events/000002.jsonl", data)
    else:
        (broken / "events/000002.jsonl").write_bytes(data)
    error = refused(broken)
    assert error.file == str(broken / "events/000002.jsonl")
    assert error.row == row


def forged(folder: Path, change, *, blobs: dict[str, bytes] | None = None) -> Path:
    """A snapshot whose chain and manifest agree with a log that nobody should accept."""
    chain, events = Chain("r"), []
    for draft in change:
        events.append(chain.add(draft))
    files = {"events/000001.jsonl": b"".join(map(event_line, events)), "actors.json": b"[]\n"}
    entries = []
    for path, data in sorted((files | (blobs or {})).items()):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
        sha256 = hashlib.sha256(data).hexdigest()
        entries.append(FileEntry(path=path, bytes=len(data), sha256=sha256))
    manifest = Manifest(
        format=1,
        review="r",
        seq=chain.seq,
        head=chain.head,
        counts=Counts(events=chain.seq, actors=0, blobs=len(blobs or {})),
        files=tuple(entries),
    )
    (folder / "snapshot.json").write_bytes(manifest_text(manifest))
    return folder


def test_an_unknown_event_type_is_named(tmp_path, drafts):
    folder = forged(
        tmp_path / "s", [drafts.opened(), replace(drafts.opened(), type="dream.dreamt")]
    )
    error = refused(folder)
    assert (error.file, error.row) == (str(folder / "events/000001.jsonl"), 2)
    assert "unknown event type 'dream.dreamt'" in error.message
    assert error.remedy == "Use a newer Ranvier to read this review."


def test_a_payload_that_does_not_fit_is_named(tmp_path, drafts):
    folder = forged(tmp_path / "s", [replace(drafts.opened(), payload='{"id":1}')])
    assert refused(folder).row == 1
    folder = forged(tmp_path / "t", [drafts.opened(), replace(drafts.opened(), payload="{")])
    assert refused(folder).row == 2


def test_an_undo_of_nothing_is_named(tmp_path, drafts):
    error = refused(forged(tmp_path / "s", [drafts.opened(), drafts.undo("nobody")]))
    assert error.row == 2
    assert "'nobody'" in error.message


def test_a_missing_blob_is_named_with_the_event_that_needs_it(tmp_path, drafts):
    error = refused(
        forged(tmp_path / "s", [drafts.opened(), drafts.imported("i", "0" * 64, "1" * 64)])
    )
    assert (error.row, "0" * 64 in error.message) == (2, True)


def test_a_forged_snapshot_helper_makes_sound_ones(tmp_path, drafts):
    """Otherwise the tests above would prove nothing."""
    with open_memory("r") as store:
        restore_snapshot(forged(tmp_path / "s", [drafts.opened()]), store)
        store.verify()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "has format 2.*Update Ranvier"),
        ({"format": "1"}, "has format '1'"),
        ({"review": "other"}, "belongs to review 'r'"),
        ({"seq": 1_015}, "add up"),
        ({"seq": 1_017, "counts": {"events": 1_017, "actors": 2, "blobs": 2}}, "ends too early"),
        ({"head": "0" * 64}, "recorded end"),
        ({"counts": {"events": 1_016, "actors": 3, "blobs": 2}}, "was changed"),
        ({"counts": {"events": 1_016, "actors": 2, "blobs": 1}}, "counts 1 blobs"),
        ({"files": []}, "list of files"),
        ({"more": 1}, "not written as"),
        ({"files": [{"path": "../../secret", "bytes": 1, "sha256": "x"}]}, "no file of a snapshot"),
        ({"files": [{"path": "/etc/passwd", "bytes": 1, "sha256": "x"}]}, "no file of a snapshot"),
    ],
)
def test_a_manifest_that_does_not_agree_is_refused(broken, change, message):
    file = broken / "snapshot.json"
    content = json.loads(file.read_bytes()) | change
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1)
    file.write_text(f"{text}\n")
    with pytest.raises(SnapshotError, match=message):
        check_snapshot(broken)
    refused(broken)


@pytest.mark.parametrize("path", ["events/000003.jsonl", "events/notes.txt", "blobs/aa/x"])
def test_a_file_nobody_listed_is_refused(broken, path):
    (broken / path).parent.mkdir(exist_ok=True)
    (broken / path).write_bytes(b"")
    error = refused(broken)
    assert error.file == str(broken / path)


def test_files_of_version_control_at_the_top_do_not_matter(broken):
    (broken / ".gitattributes").write_text("* -text")
    (broken / ".git").mkdir()
    assert check_snapshot(broken).review == "r"


def test_a_review_with_contents_is_not_overwritten(place, snapshot, drafts):
    store = place.make()
    store.append([drafts.opened()])
    before = list(store.events())
    with pytest.raises(InputError, match="is not empty"):
        restore_snapshot(snapshot, store)
    assert list(store.events()) == before
    store.verify()


def test_a_snapshot_is_restored_into_its_own_review_only(snapshot):
    with open_memory("other") as store, pytest.raises(InputError, match="is of review 'r'"):
        restore_snapshot(snapshot, store)


def test_a_failed_restore_leaves_every_engine_empty(place, tmp_path, drafts):
    store = place.make()
    store.put_actor(Actor(id="me", kind="person"))
    folder = forged(tmp_path / "s", [drafts.opened(), drafts.undo("nobody")])
    with pytest.raises(SnapshotError):
        restore_snapshot(folder, store)
    assert store.head()[0] == 0
    assert list(store.standing()) == list(store.events()) == []
    assert list(store.actors()) == ["me"]
    store.verify()
    store.append([drafts.opened(client_id="new")])
    store.verify()


def test_a_snapshot_is_taken_while_others_write(tmp_path, drafts):
    with open_folder(tmp_path / "review", create=True, review_id="r") as store:
        drafts.fill(store)

        class Busy:
            """A store that somebody writes to whenever it is asked for its head."""

            def __getattr__(self, name):
                return getattr(store, name)

            def head(self):
                found = store.head()
                store.append([drafts.decision("late", client_id="late")])
                return found

        manifest = write_snapshot(Busy(), tmp_path / "snapshot")
        assert manifest.seq == store.head()[0] - 1
    assert check_snapshot(tmp_path / "snapshot") == manifest
