"""Source is parsed by several of grading's threads."""

import gc
import sys
from concurrent.futures import ThreadPoolExecutor

from coursekit.grading.starter import parse


class _Cycle:
    """Garbage whose collection runs Python code, and so lets another thread in."""

    def __init__(self):
        self.me = self

    def __del__(self):
        sum(range(5))


def test_threads_that_parse_at_once_do_not_trip_over_each_other():
    source = "check('a.b', f(1, [2, 3, {4: 5}], (x for x in y)))\n" * 30

    def work(_):
        for _ in range(100):
            _Cycle()
            parse(source)

    before, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(5, 2, 2)
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))
    finally:
        gc.set_threshold(*before)
        sys.setswitchinterval(interval)
