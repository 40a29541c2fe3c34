"""What would lose a review is refused, with what, where and what to do."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from ranvier.core.review import Actor
from ranvier.errors import BusyError, InputError, NotFoundError, StorageError
from ranvier.storage import is_review, open_folder, open_memory, open_url
from ranvier.storage.guard import Mount, mounts


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "review"
    open_folder(folder, create=True, review_id="r").close()
    return folder


@contextmanager
def another_process(script: str, folder: Path):
    """Run a script in a process of its own until it says so; kill it in the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()


#: Writes, enough for the file to grow (then its header is in the WAL, too), and stays open.
HOLD = """
    import sys
    import time
    from ranvier.core.event import Draft
    from ranvier.storage import open_folder
    store = open_folder(sys.argv[1])
    payload = '{"id":"s","label":"' + "long " * 10_000 + '","kind":"citation"}'
    for n in range(3):
        store.append([Draft(type="source.described", payload=payload, actor="a",
                            at="2026-01-31T12:00:00Z", client_id=f"c{n}")])
    print("ready", flush=True)
    time.sleep(600)
"""

#: Opens, and does nothing at all.
OPEN = """
    import sys
    import time
    from ranvier.storage import open_folder
    store = open_folder(sys.argv[1])
    print("ready", flush=True)
    time.sleep(600)
"""


def test_a_second_process_is_told_which_one_is_writing(folder):
    with another_process(HOLD, folder) as process:
        with pytest.raises(BusyError) as refused:
            open_folder(folder)
        message = str(refused.value)
        assert f"process {process.pid}" in message
        assert str(folder / "review.sqlite") in message
        assert "Close it there first" in message
        with open_folder(folder, "read") as reader:
            assert reader.head()[0] == 3
            reader.verify()
    with open_folder(folder) as store:
        assert store.head()[0] == 3
        store.verify()


def test_a_second_writer_in_this_process_is_refused_too(folder):
    with open_folder(folder), pytest.raises(BusyError, match="this process has"):
        open_folder(folder)
    open_folder(folder).close()


def test_the_lock_is_let_go_of_when_opening_fails(folder):
    with pytest.raises(InputError, match="holds review r, not 'other'"):
        open_folder(folder, review_id="other")
    open_folder(folder, review_id="r").close()


@pytest.mark.parametrize(
    "fstype",
    [
        "nfs",
        "nfs4",
        "NFS",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "sshfs",
        "glusterfs",
        "lustre",
        "ceph",
        "afs",
    ],
)
@pytest.mark.parametrize("fuse", ["", "fuse."])
@pytest.mark.parametrize("mode", ["write", "read"])
def test_a_network_file_system_is_refused(folder, fstype, fuse, mode):
    table = [Mount("/", "ext4"), Mount(str(folder.parent), fuse + fstype)]
    with pytest.raises(StorageError) as refused:
        open_folder(folder, mode, mount_table=table)
    message = str(refused.value)
    assert f"network file system ({fuse}{fstype}, mounted at {folder.parent})" in message
    assert message.startswith(str(folder))
    assert "PostgreSQL" in message


def test_the_nearest_and_latest_mount_counts(folder):
    inner = str(folder)
    outer = str(folder.parent)
    open_folder(folder, mount_table=[Mount(outer, "nfs"), Mount(inner, "ext4")]).close()
    open_folder(folder, mount_table=[Mount(inner, "nfs"), Mount(inner, "xfs")]).close()
    open_folder(folder, mount_table=[Mount(outer + "/revi", "nfs"), Mount("/", "xfs")]).close()
    with pytest.raises(StorageError, match="network"):
        open_folder(folder, mount_table=[Mount("/", "ext4"), Mount(inner, "cifs")])
    with pytest.raises(StorageError, match="network"):
        open_folder(folder, mount_table=[Mount(inner, "ext4"), Mount(inner, "nfs4")])


def test_a_link_to_a_network_file_system_is_followed(folder, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(folder)
    with pytest.raises(StorageError, match="network"):
        open_folder(link, mount_table=[Mount("/", "ext4"), Mount(str(folder), "nfs")])


def test_nothing_is_created_on_a_network_file_system(tmp_path):
    with pytest.raises(StorageError, match="network"):
        open_folder(
            tmp_path / "new", create=True, review_id="r", mount_table=[Mount("/", "fuse.sshfs")]
        )
    assert list(tmp_path.iterdir()) == []


def test_this_machine_says_what_is_mounted():
    assert any(mount.point == "/" for mount in mounts())


@pytest.mark.parametrize("mode", ["write", "read"])
def test_a_copy_without_its_wal_is_refused(folder, tmp_path, drafts, mode):
    copy = tmp_path / "copy"
    copy.mkdir()
    with open_folder(folder) as store:
        store.append([drafts.opened()])
        shutil.copy(folder / "review.sqlite", copy)
    before = (copy / "review.sqlite").read_bytes()
    with pytest.raises(StorageError) as refused:
        open_folder(copy, mode)
    message = str(refused.value)
    assert "copied while it was open, without its review.sqlite-wal file" in message
    assert str(copy / "review.sqlite") in message
    assert "ranvier snapshot" in message
    assert (copy / "review.sqlite").read_bytes() == before
    assert not (copy / "review.sqlite-wal").exists()


def test_a_copy_made_right_after_opening_is_refused(folder, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    with open_folder(folder):
        shutil.copy(folder / "review.sqlite", copy)
    with pytest.raises(StorageError, match="without its"):
        open_folder(copy)


def test_a_copy_of_the_whole_folder_of_a_killed_process_opens(folder, tmp_path):
    with another_process(HOLD, folder):
        pass
    shutil.copytree(folder, tmp_path / "copy")
    with open_folder(tmp_path / "copy") as store:
        assert store.head()[0] == 3
        store.verify()


def test_a_copy_made_while_closed_opens(folder, tmp_path, drafts):
    with open_folder(folder) as store:
        store.append([drafts.opened()])
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(folder / "review.sqlite", copy)
    with open_folder(copy) as store:
        assert store.head()[0] == 1
        store.verify()


@pytest.mark.parametrize("script", [OPEN, HOLD], ids=["right after opening", "after writing"])
def test_a_killed_process_leaves_what_opens_normally(folder, script):
    with another_process(script, folder):
        pass
    assert (folder / "review.sqlite-wal").exists()
    with open_folder(folder, "read") as store:
        store.verify()
    with open_folder(folder) as store:
        assert store.head()[0] == (3 if script == HOLD else 0)
        store.verify()


def test_a_backup_put_beside_the_wal_of_another_state_is_refused(folder, tmp_path):
    """SQLite would mix the two without a word."""
    backup = tmp_path / "backup.sqlite"
    shutil.copy(folder / "review.sqlite", backup)
    with another_process(HOLD, folder):
        pass
    shutil.copy(backup, folder / "review.sqlite")
    with pytest.raises(StorageError, match=r"review\.sqlite-wal file .* belongs to another one"):
        open_folder(folder)
    for end in ("-wal", "-shm"):
        (folder / f"review.sqlite{end}").unlink()
    with open_folder(folder) as store:
        assert store.head()[0] == 0
        store.verify()


@pytest.mark.parametrize("mode", ["read", "write"])
def test_a_process_killed_in_the_middle_of_a_checkpoint_leaves_what_opens(folder, mode):
    """The header is written before the pages that it counts: the file is too short for it."""
    with another_process(HOLD, folder):
        pass
    file = folder / "review.sqlite"
    data = bytearray(file.read_bytes())
    data[28:32] = (int.from_bytes(data[28:32]) + 3).to_bytes(4)
    file.write_bytes(data)
    with open_folder(folder, mode) as store:
        assert store.head()[0] == 3
        store.verify()


def test_nothing_is_created_beside_the_wal_of_a_lost_database(folder):
    with another_process(HOLD, folder):
        pass
    (folder / "review.sqlite").unlink()
    with pytest.raises(StorageError, match="Put its database back"):
        open_folder(folder, create=True, review_id="r")
    assert not is_review(folder)


def test_a_full_disk_refuses_and_keeps_what_was_acknowledged(folder, drafts):
    with open_folder(folder) as store:
        written = store.append([drafts.decision("r1")])
        with store._database.write() as conn:
            (pages,) = conn.exec_driver_sql("PRAGMA page_count").one()
            conn.exec_driver_sql(f"PRAGMA max_page_count={pages + 3}")
        big = drafts.source("s", "long " * 10_000, client_id="big")
        with pytest.raises(StorageError, match=r"full.*sending it again is safe"):
            store.append([big])
        with pytest.raises(StorageError, match="full"):
            store.put_blob(b"x" * 10**6)
        assert list(store.events()) == written
        store.verify()
        with store._database.write() as conn:
            conn.exec_driver_sql("PRAGMA max_page_count=1000000")
        assert store.append([big])[0].seq == 2
        store.verify()


def test_a_closed_review_is_one_plain_file(folder, drafts):
    with open_folder(folder) as store:
        store.append([drafts.opened()])
        assert (folder / "review.sqlite-wal").exists()
    assert {path.name for path in folder.iterdir()} <= {"review.sqlite", "review.sqlite.lock"}


def test_reading_leaves_the_folder_as_it_is(folder, drafts):
    with open_folder(folder) as store:
        store.append([drafts.opened()])
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with open_folder(folder, "read") as store:
        list(store.events())
        store.verify()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_closing_beside_a_reader_is_possible(folder, drafts):
    with open_folder(folder, "read") as reader:
        events = reader.events()
        with open_folder(folder) as store:
            store.append([drafts.opened()])
            assert next(events).seq == 1
        assert reader.head()[0] == 1
    with open_folder(folder) as store:
        store.verify()


def test_an_erased_name_is_gone_from_the_file(folder):
    with open_folder(folder) as store:
        store.put_actor(Actor(id="a", kind="person", name="Zebedee Quux", email="zq@example.org"))
    assert b"Zebedee" in (folder / "review.sqlite").read_bytes()
    with open_folder(folder) as store:
        store.put_actor(Actor(id="a", kind="person"))
    for path in folder.iterdir():
        assert b"Zebedee" not in path.read_bytes()
        assert b"zq@example" not in path.read_bytes()


@pytest.mark.parametrize("mode", ["write", "read"])
@pytest.mark.parametrize("content", [b"not a database, but long enough " * 50, b"x", b""])
def test_a_file_that_is_no_database_is_refused(tmp_path, content, mode):
    (tmp_path / "review.sqlite").write_bytes(content)
    with pytest.raises(StorageError, match=r"not a Ranvier database|not one of Ranvier"):
        open_folder(tmp_path, mode)
    assert (tmp_path / "review.sqlite").read_bytes() == content


def test_somebody_elses_database_is_refused(tmp_path):
    with closing(sqlite3.connect(tmp_path / "review.sqlite")) as conn:
        conn.execute("CREATE TABLE event (seq INTEGER)")
    with pytest.raises(StorageError, match="not one of Ranvier's"):
        open_folder(tmp_path)


@pytest.mark.parametrize("mode", ["write", "read"])
def test_a_newer_schema_is_refused(disk, mode):
    disk.make().close()
    disk.sql("UPDATE ranvier_schema SET version_num = '9001'")
    with pytest.raises(StorageError) as refused:
        disk.again(mode)
    assert "schema 9001" in str(refused.value)
    assert "Update Ranvier" in str(refused.value)


def test_an_older_schema_is_not_changed_by_reading(disk):
    disk.make().close()
    disk.sql("UPDATE ranvier_schema SET version_num = '0000'")
    with pytest.raises(StorageError, match="Open the review once for writing"):
        disk.again("read")


def test_a_folder_without_a_review_says_so(tmp_path):
    assert not is_review(tmp_path)
    for mode in ("write", "read"):
        with pytest.raises(NotFoundError, match="holds no review"):
            open_folder(tmp_path, mode)
    assert list(tmp_path.iterdir()) == []


def test_a_review_is_not_created_twice(folder):
    assert is_review(folder)
    with pytest.raises(InputError, match="there is a review here already"):
        open_folder(folder, create=True, review_id="s")
    with open_folder(folder) as store:
        assert store.review_id == "r"


def test_what_a_killed_creation_left_is_no_obstacle(tmp_path):
    (tmp_path / ".review.sqlite.new").write_bytes(b"half")
    with open_folder(tmp_path, create=True, review_id="r") as store:
        store.verify()
    assert not (tmp_path / ".review.sqlite.new").exists()


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: open_folder(folder, create=True),
        lambda folder: open_folder(folder, "read", create=True, review_id="r"),
        lambda folder: open_memory(""),
        lambda folder: open_url("sqlite:///x", "r"),
        lambda folder: open_url("no address", "r"),
        lambda folder: open_url("postgresql://localhost/x", "r", create=True, mode="read"),
    ],
)
def test_wrong_arguments_are_named(tmp_path, make):
    with pytest.raises(InputError):
        make(tmp_path / "new")


def test_a_server_that_cannot_be_reached_is_named_without_the_password(tmp_path):
    url = f"postgresql+psycopg://user:secret@/db?host={tmp_path}"
    with pytest.raises(StorageError) as refused:
        open_url(url, "r")
    assert "secret" not in str(refused.value)
    assert str(tmp_path) in str(refused.value)


@pytest.mark.xdist_group("postgresql")
def test_a_review_that_is_not_in_postgresql_is_named(postgres_url):
    with pytest.raises(StorageError, match="holds no Ranvier review"):
        open_url(postgres_url, "r", mode="read")
    open_url(postgres_url, "one", create=True).close()
    with pytest.raises(NotFoundError, match=r"no review 'r'.*name one of: one"):
        open_url(postgres_url, "r")
    with pytest.raises(InputError, match="already"):
        open_url(postgres_url, "one", create=True)


def test_the_migrations_make_the_schema(disk):
    """The tables that queries are written against are those that a database really has."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from ranvier.storage.schema import METADATA

    with disk.make() as store, store._database.read() as conn:
        context = MigrationContext.configure(
            conn, opts={"version_table": "ranvier_schema", "compare_type": True}
        )
        assert compare_metadata(context, METADATA) == []


def test_an_open_review_has_the_files_that_the_documentation_names(folder):
    with open_folder(folder):
        names = {path.name for path in folder.iterdir()}
    beside = {"-wal", "-shm", ".lock", ".pid"}
    assert names == {"review.sqlite", *(f"review.sqlite{end}" for end in beside)}


def test_a_database_in_wal_mode_that_was_marked_closed_opens(folder, tmp_path, drafts):
    """A process killed between switching to WAL and marking the file leaves it like this."""
    with open_folder(folder) as store:
        store.append([drafts.opened()])
    copy = tmp_path / "copy"
    copy.mkdir()
    with closing(sqlite3.connect(folder / "review.sqlite")) as conn:
        conn.execute("PRAGMA journal_mode=WAL").fetchone()
        shutil.copy(folder / "review.sqlite", copy)
    for mode in ("read", "write"):
        with open_folder(copy, mode) as store:
            assert store.head()[0] == 1
            store.verify()
