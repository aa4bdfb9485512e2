"""JupyterLab on a course folder: on this computer only, without pop-ups, at the lesson that is next."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from coursekit import console
from coursekit.course import KEPT, PACKAGE, start_command
from coursekit.errors import CannotDo


def lab_command(given: str | None, *, browser: bool = True, port: int | None = None) -> dict[str, Any]:
    """`coursekit lab`: update the course folder, then serve it until Ctrl+C."""
    try:
        from jupyterlab.labapp import LabApp
    except ImportError as error:
        raise CannotDo(f"JupyterLab does not start ({error}); `coursekit doctor` says more.") from error

    result = start_command(given)
    # Settings for JupyterLab: no news, no updates, and nothing of the instructor's where that is installed.
    places = [str(PACKAGE / "student"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, places))
    console.say(f"JupyterLab {'opens in your browser' if browser else 'starts'}. To end it: Ctrl+C here.")
    try:
        LabApp.launch_instance(options(Path(result["folder"]), browser=browser, port=port))
    except SystemExit as error:
        if error.code:
            raise CannotDo("JupyterLab did not start; the lines above say why.") from error
    return result


def options(folder: Path, *, browser: bool, port: int | None) -> list[str]:
    """JupyterLab's command line. What it sets, it sets against the user's own configuration."""
    chosen = [
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.allow_remote_access=False",
        "--KernelManager.transport_encryption=auto",  # others on this computer do not read along
        f"--LabApp.workspaces_dir={folder / KEPT / 'workspaces'}",  # the tabs of this course, not of another
        "--ServerApp.answer_yes=True",  # Ctrl+C once is enough: notebooks are saved as you work
        "--Application.log_level=ERROR",
    ]
    if first := _first(folder):
        chosen.append(f"--LabApp.default_url=/lab/tree/{quote(first)}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        chosen.append("--allow-root")  # in a container there is nobody else
    if not browser:
        chosen.append("--no-browser")
    if port is not None:
        chosen += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    return chosen


def _first(folder: Path) -> str | None:
    """The notebook of the lesson that holds the next exercise, else the first notebook."""
    from coursekit.progress import following_exercise, overview

    following = following_exercise(overview(folder))
    lesson = following["lesson"] if following else ""
    for path in (folder / lesson / f"{lesson}.ipynb", *sorted(folder.glob("[0-9][0-9]_*/*.ipynb"))):
        if path.is_file():
            return path.relative_to(folder).as_posix()
    return None
