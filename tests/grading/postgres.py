"""A PostgreSQL server of one's own for a test: in a temporary folder, heard on this machine alone."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

PASSWORD = "correct-horse"


def programs() -> Path | None:
    """Where `initdb` and `pg_ctl` lie: on the path, or where Debian puts them; None where they are not."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((place for place in reversed(places) if (place / "initdb").exists()), None)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Run a server, and give the URL of its database, with the password in it."""
    place = programs()
    assert place is not None
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    owner = _plain_user()
    if owner:
        os.chown(folder, owner, -1)
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        with (folder.parent / f"{folder.name}.log").open("a") as log:
            subprocess.run(
                command, cwd=folder, env=environment, user=owner, stdout=log, stderr=log, check=True
            )

    data = str(folder / "data")
    rules = ["-U", "teacher", "--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync", "-E", "UTF8"]
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    try:
        run(str(place / "initdb"), "-D", data, *rules)
        run(str(place / "pg_ctl"), "-D", data, "-w", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://teacher:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            run(str(place / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)
        (folder.parent / f"{folder.name}.log").unlink()


def _plain_user() -> int | None:
    """PostgreSQL refuses to run as root: the user to run it as instead, None where one is nobody special."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_uid
    return pwd.getpwnam("nobody").pw_uid
