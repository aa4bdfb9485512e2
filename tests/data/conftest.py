"""A small set in MNIST's form that counts as MNIST, a computer without it, and a server on loopback."""

import gzip
import hashlib
import http.server
import io
import struct
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from coursekit.data import carried, containers, mirrors, mnist, places, stand_in
from coursekit.data.fetching import Patience


def sets(seed, train=60, test=10):
    rng = np.random.default_rng(seed)
    made = {}
    for part, n in (("train", train), ("test", test)):
        made[f"x_{part}"] = rng.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        made[f"y_{part}"] = rng.integers(0, 10, n, dtype=np.uint8)
    return made


def npz(arrays, **options):
    file = io.BytesIO()
    np.savez(file, **arrays, **options)
    return file.getvalue()


def idx(array):
    return struct.pack(f">I{array.ndim}I", 0x0800 + array.ndim, *array.shape) + array.tobytes()


@pytest.fixture
def little(monkeypatch):
    """60 and 10 images which count as MNIST for as long as a test lasts."""
    arrays = sets(0)
    for name, array in arrays.items():
        monkeypatch.setitem(containers.SHAPES, name, array.shape)
        monkeypatch.setitem(containers.SHA256, name, hashlib.sha256(array.tobytes()).hexdigest())
    return arrays


@pytest.fixture
def computer(little, tmp_path, monkeypatch):
    """A computer without MNIST and without a network: folders, and `fresh()`: a process begins."""
    here = SimpleNamespace(
        clone=tmp_path / "clone" / "data", work=tmp_path / "home" / "course" / "lesson",
        cache=tmp_path / "cache", home=tmp_path / "home", keras=tmp_path / "home" / ".keras" / "datasets",
        named=tmp_path / "named",
    )  # fmt: skip
    for folder in (here.clone, here.work, here.keras, here.named):
        folder.mkdir(parents=True)
    other = sets(99)

    def fresh():
        monkeypatch.setattr(mnist, "_given", mnist._Given())

    here.fresh, here.other = fresh, other
    fresh()
    monkeypatch.chdir(here.work)
    monkeypatch.delenv(places.VARIABLE, raising=False)
    monkeypatch.setattr(carried, "PLACES", (here.clone, tmp_path / "no package"))
    monkeypatch.setattr(places, "cache", lambda: here.cache)
    monkeypatch.setattr(Path, "home", lambda: here.home)
    monkeypatch.setattr(stand_in, "stand_in", lambda: other)
    monkeypatch.setattr(mirrors, "MIRRORS", (mirrors.Mirror("http://127.0.0.1:9/mnist.npz", 0.1),))
    monkeypatch.setattr(mirrors, "PATIENCE", Patience(connect=2.0, stall=0.4, least=2000))
    return here


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_):
        pass  # a client that gave up


@pytest.fixture
def server(little, monkeypatch):
    """Serves MNIST in many ways at `url`/NAME; `asked` lists the paths; `end` ends what hangs."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    good = npz(little)
    tampered = bytearray(good)
    tampered[len(good) // 2] ^= 1
    asked, end = [], threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def start(self, code=200, length=None, **headers):
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name, value)
            if length is not None:
                self.send_header("Content-Length", str(length))
            self.end_headers()

        def do_GET(self):
            asked.append(self.path)
            name, _, file = self.path[1:].partition("/")
            getattr(self, name)(file)

        def good(self, file):
            self.start(length=len(good))
            self.wfile.write(good)

        def refuses(self, file):
            self.send_error(403)

        def hangs(self, file):
            end.wait(30)

        def hangs_midway(self, file):
            self.start(length=len(good))
            self.wfile.write(good[:30_000])
            end.wait(30)

        def trickles(self, file):
            self.start(length=len(good))
            for i in range(3000):
                self.wfile.write(good[i : i + 1])
                if end.wait(0.01):
                    return

        def trickles_headers(self, file):
            while not end.wait(0.01):
                self.wfile.write(b"X")

        def slow(self, file):  # a pause is shorter than the patience, all of them are longer
            self.start(length=len(good))
            for i in range(0, len(good), 10_000):
                self.wfile.write(good[i : i + 10_000])
                end.wait(0.1)

        def html(self, file):
            self.start(**{"Content-Type": "text/html"})
            self.wfile.write(b"<html>Please log in to the network.</html>")

        def truncated(self, file):
            self.start(length=len(good))
            self.wfile.write(good[: len(good) // 2])

        def tampered(self, file):
            self.start()
            self.wfile.write(tampered)

        def endless(self, file):
            self.start()
            while not end.is_set():
                self.wfile.write(bytes(1 << 20))

        def moved(self, file):
            self.start(302, 0, Location=f"/good/{file}")

        def idx(self, file):
            wanted = {f"{usual}.gz": name for name, usual in containers.IDX_NAMES.items()}
            self.start()
            self.wfile.write(gzip.compress(idx(little[wanted[file]])))

    with Server(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield SimpleNamespace(url=f"http://127.0.0.1:{running.server_port}", asked=asked, end=end, good=good)
        end.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def mirrors_at(server, monkeypatch):
    """`mirrors_at("refuses", "idx/")` sets the mirrors."""

    def set_(*names):
        urls = [f"{server.url}/{name if name.endswith('/') else name + '/mnist.npz'}" for name in names]
        monkeypatch.setattr(mirrors, "MIRRORS", tuple(mirrors.Mirror(url, 0.1) for url in urls))

    return set_
