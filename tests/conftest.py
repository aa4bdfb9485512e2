"""Every test run: figures without a window, property tests without a deadline and with the same examples."""

import os

import matplotlib
from hypothesis import settings

matplotlib.use("Agg")  # not by MPLBACKEND: kernels started by a test would inherit it and draw nothing inline
os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")
# torch's threads spin while they wait: where tests share the processors, an epoch takes ten times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")
