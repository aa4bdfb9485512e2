"""Many submissions at once on a Dask cluster: the counterpart of `pool`.

A submission goes out, and its events come back. Verdicts are given on the workers, in processes that run
no student's code (`bench`); the gradebook and the journal stay here. When a worker dies, Dask hands its
submission to another one, where it is graded from its beginning.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import time
import uuid
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from coursekit import console
from coursekit.errors import CannotDo
from coursekit.grading.run import bench, machine
from coursekit.grading.run.package import needs_mnist
from coursekit.grading.run.pool import Key
from coursekit.grading.run.work import Work
from coursekit.grading.run.worker import Event, Failed, failed

if TYPE_CHECKING:
    from distributed import Client, Future

ANSWERS_WITHIN = 5  # seconds, a scheduler
WORKER_WITHIN = 300.0  # seconds that a cluster without workers is waited for
TICK = 1.0  # seconds between two looks at it
AHEAD = 2  # submissions sent for each thread of the cluster: one at work, one to go on with

_INSTALL = 'Grading on a cluster needs Dask, which is not installed: pip install "coursekit[grading,cluster]"'
_LOST = "The Dask scheduler at {} is gone, or has dropped this work."
_KEPT = "What was graded until now is kept; run the same command again to go on."


def on(
    address: str,
    tasks: Iterable[tuple[Key, Callable[[], Work]]],
    wanted: Mapping[str, str],
    most: int | None = None,
) -> Generator[tuple[Key, Event], None, None]:
    """Grade every task on the cluster at `address`; yield (key, event) as they come.

    tasks: a key, and what makes the work, called when its turn has come
    wanted: what the cluster's machines have to be, by `requirements`
    most: submissions sent at a time; by default what keeps the cluster at work
    Raises CannotDo where there is no cluster, where it would judge otherwise, and when it is lost.
    """
    with _connected(address) as client:
        _compare(client, wanted)
        run, waiting, sent = uuid.uuid4().hex, iter(tasks), dict[Any, Key]()
        done: queue.Queue[Future] = queue.Queue()
        try:
            while True:
                room = (most or AHEAD * max(1, _threads(client))) - len(sent)
                for key, make in islice(waiting, max(0, room)):
                    try:
                        work = make()
                    except Exception as error:
                        yield key, failed(error)
                        continue
                    # A name that tells nothing: whoever looks at the cluster sees it.
                    name = f"coursekit-{uuid.uuid4().hex}"
                    future = client.submit(bench.grade, run, work, wanted, key=name, pure=False)
                    sent[future] = key
                    future.add_done_callback(done.put)
                if not sent:
                    return
                future = _next(client, done)
                key = sent.pop(future)
                for event in _events(future):
                    yield key, event
        finally:
            if client.status == "running":
                with suppress(Exception):
                    client.cancel(list(sent))
                    client.run(bench.end, run, on_error="ignore")


def requirements(topics: Iterable[str], isolated: bool) -> dict[str, str]:
    """What a machine has to be that grades these lessons as this one would."""
    training = False
    for one in set(topics):
        with suppress(ImportError):  # a lesson without its exercises: each submission tells
            training = training or needs_mnist(one)
    wanted = machine.here(machine.ALWAYS + machine.TRAINING * training)
    return wanted | ({machine.ISOLATION: machine.WORKS} if isolated else {})


def _next(client: Client, done: queue.Queue[Future]) -> Future:
    """The next submission that is through. Raises CannotDo when there is no worker for too long."""
    alone: float | None = None  # since when there is none
    while True:
        with suppress(queue.Empty):
            return done.get(timeout=TICK)
        if _threads(client):
            alone = None
        elif alone is None:
            alone = time.monotonic()
            console.say(f"The Dask cluster has no worker; waiting up to {WORKER_WITHIN:g} s for one.")
        elif time.monotonic() - alone > WORKER_WITHIN:
            raise CannotDo(f"No worker has come to the Dask cluster for {WORKER_WITHIN:g} s. {_KEPT}")


def _events(future: Future) -> Iterator[Event]:
    """The events of a submission that is through. Raises CannotDo where the worker is not as it has to be."""
    from distributed import KilledWorker

    try:
        found = future.result()
    except KilledWorker as error:
        found = [Failed(f"{error.allowed_failures + 1} Dask workers died while they graded it.", str(error))]
    except (OSError, CancelledError):  # the scheduler is lost
        raise
    except Exception as error:  # a worker that came later, and does not know what it is asked
        found = f"The Dask cluster cannot do this work: {error}. {bench.SAME}"
    if isinstance(found, str):
        raise CannotDo(f"{found} {_KEPT}")
    yield from found


def _threads(client: Client) -> int:
    return sum(client.nthreads().values())


def _compare(client: Client, wanted: Mapping[str, str]) -> None:
    """Look whether scheduler and workers are as they have to be. Raises CannotDo."""
    decides = {name: wanted[name] for name in ("coursekit", "Python", "distributed")}
    try:
        differs = client.run_on_scheduler(machine.differences, decides)
    except Exception as error:  # whatever its Python says of code that it has not
        differs = str(error).strip()
    if differs:
        raise CannotDo(f"The Dask scheduler differs from this machine: {differs}. {bench.SAME}")
    found = client.run(bench.unfit, wanted, on_error="return")
    if unfit := {address: str(said).strip() for address, said in found.items() if said}:
        more = f" It is one of {len(unfit)} such workers." if len(unfit) > 1 else ""
        raise CannotDo(bench.OTHERWISE.format(*min(unfit.items())) + more)


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A client of the scheduler, which listens nowhere. Raises CannotDo, also when the scheduler is lost."""
    try:
        import dask
        import distributed
    except ModuleNotFoundError as error:
        raise CannotDo(_INSTALL) from error
    _silence()
    settings = {"distributed.admin.large-graph-warning-threshold": "1GB"}  # a submission has 100 MB at most
    with warnings.catch_warnings(), dask.config.set(settings):
        warnings.simplefilter("ignore", distributed.versions.VersionMismatchWarning)  # told by `_compare`
        try:
            asyncio.run(asyncio.wait_for(_must_answer(address), ANSWERS_WITHIN))
            client = distributed.Client(address, timeout=ANSWERS_WITHIN, set_as_default=False)
        except Exception as error:
            why = f" ({error})" if str(error) else ""
            raise CannotDo(f"No Dask scheduler answers at {address!r}{why}.") from error
        try:
            yield client
        except (OSError, CancelledError) as error:
            raise CannotDo(f"{_LOST.format(address)} {_KEPT}") from error
        finally:
            client.close(timeout=ANSWERS_WITHIN)


async def _must_answer(address: str) -> None:
    """Raise what is wrong with an address, before a client is made: one that fails to start can hang."""
    from distributed import Security, rpc

    async with rpc(address, connection_args=Security().get_connection_args("client")) as there:
        found = (await there.identity())["type"]
    if found != "Scheduler":
        raise CannotDo(f"there is a {found}")


def _silence() -> None:
    """Dask logs what goes wrong to the terminal; here a person is told in one sentence."""
    for name, logger in logging.root.manager.loggerDict.items():
        if name.partition(".")[0] in ("distributed", "tornado") and isinstance(logger, logging.Logger):
            logger.handlers[:] = [logging.NullHandler()]
            logger.propagate = False
