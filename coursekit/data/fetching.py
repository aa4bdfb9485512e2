"""Getting a file from the network, bounded in time whatever the server does: hang, trickle, never end."""

from __future__ import annotations

import queue
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from coursekit import __version__
from coursekit.data.containers import MOST


@dataclass(frozen=True)
class Patience:
    """connect: seconds until some server answers at all. stall: seconds without `least` more bytes"""

    connect: float = 2.5
    stall: float = 5.0
    least: int = 20_000


class NotDelivered(Exception):
    """What a server did in place of sending a file; the message is in a few words."""


def pieces_of(url: str, patience: Patience) -> Iterator[bytes]:
    """What an address sends, as it comes. Raises NotDelivered.

    A thread reads, so that nothing that it waits for (a name, a header, a byte) can hold anyone up.
    """
    pieces: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()
    given_up = threading.Event()
    threading.Thread(target=_read, args=(url, patience, pieces, given_up), daemon=True).start()
    total, in_time, due = 0, 0, time.monotonic() + patience.stall
    try:
        while True:
            try:
                piece = pieces.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                raise NotDelivered(f"nothing, or next to nothing, in {patience.stall:g} seconds") from None
            if isinstance(piece, Exception):
                raise NotDelivered(_told(piece)) from piece
            if not piece:
                return
            total, in_time = total + len(piece), in_time + len(piece)
            if total > MOST:
                raise NotDelivered("it sends too much")
            if in_time >= patience.least:
                in_time, due = 0, time.monotonic() + patience.stall
            yield piece
    finally:
        given_up.set()


def _read(url: str, patience: Patience, pieces: Any, given_up: threading.Event) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": f"coursekit/{__version__}"})
    try:
        # Longer than the reader waits, so that it is always the reader who gives up.
        with urllib.request.urlopen(request, timeout=2 * patience.stall) as response:
            while not given_up.is_set():
                piece = response.read1(1 << 16)
                pieces.put(piece)
                if not piece:
                    return
    except Exception as error:
        pieces.put(error)


def _told(error: Exception) -> str:
    """An error of urllib in a few words."""
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        return f"it answers {error.code} {error.reason}"
    return str(getattr(error, "reason", error)) or type(error).__name__


def reachable(urls: Iterable[str], seconds: float) -> bool:
    """Whether any of these servers (or the proxy before them) takes a connection within this time."""
    answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
    hosts = {_host(url) for url in urls}

    def knock(host: tuple[str, int]) -> None:
        try:
            socket.create_connection(host, timeout=seconds).close()
            answers.put(True)
        except (OSError, UnicodeError):
            answers.put(False)

    for host in hosts:
        threading.Thread(target=knock, args=(host,), daemon=True).start()
    end = time.monotonic() + seconds
    for _ in hosts:
        try:
            if answers.get(timeout=max(0.0, end - time.monotonic())):
                return True
        except queue.Empty:
            break
    return False


def _host(url: str) -> tuple[str, int]:
    """The host that a connection for this address is made to, and its port."""
    address = urlsplit(url)
    proxy = urllib.request.getproxies().get(address.scheme)
    if proxy and not urllib.request.proxy_bypass(address.netloc):
        address = urlsplit(proxy if "//" in proxy else f"//{proxy}")
    return address.hostname or "", address.port or (443 if address.scheme == "https" else 80)
