"""Set up a virtual environment with the course in it:  python3 tools/install.py .venv dev,torch

Runs under the system's own Python, so it uses the standard library alone and syntax that an old Python
can read far enough to say that it is too old. Installs with uv, which is several times faster, and with plain
pip where uv cannot be had. Package sources are pip's own: whatever `pip config` says holds for both.
"""

import os
import shutil
import subprocess
import sys
import time

OLDEST = (3, 11)
# pip's option -> the environment variable by which uv takes the same
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "no-index": "UV_NO_INDEX",
}


def say(text):
    print("setup: " + text, flush=True)


def stop(text):
    sys.exit("setup: " + text)


def python_of(folder):
    windows = os.path.join(folder, "Scripts", "python.exe")
    return windows if os.name == "nt" else os.path.join(folder, "bin", "python")


def make_environment(folder):
    """A virtual environment in `folder`, made again if the Python it was made with has gone."""
    python = python_of(folder)
    works = [python, "-c", "import pip"]
    if os.path.exists(python) and subprocess.call(works, stderr=subprocess.DEVNULL) == 0:
        return python
    say(f"making {folder} with Python {sys.version.split()[0]}")
    if subprocess.call([sys.executable, "-m", "venv", "--clear", folder]) != 0:
        stop("Python could not make a virtual environment; on Debian and Ubuntu, install python3-venv.")
    return python


def pip_settings(python):
    """What pip is configured with, files and environment together: {"find-links": [...], ...}"""
    listed = subprocess.run([python, "-m", "pip", "config", "list"], capture_output=True, text=True)
    settings: dict = {}
    for line in listed.stdout.splitlines():
        key, _, value = line.partition("=")
        words = value.strip("'\"").replace("\\n", " ").split()
        settings.setdefault(key.rsplit(".", 1)[-1], []).extend(words)
    return settings


def uv_environment(settings):
    """The same settings in uv's words; what is set for uv itself stays."""
    environment = dict(os.environ)
    for name, variable in UV_NAMES.items():
        values = list(dict.fromkeys(settings.get(name, [])))
        if values and variable not in environment:
            if name in ("index-url", "cert", "no-index"):
                environment[variable] = values[-1]
            else:  # a list: uv wants commas between folders of files, spaces between indexes
                environment[variable] = ("," if name == "find-links" else " ").join(values)
    environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")  # look in every index, as pip does
    return environment


def install(python, extras):
    wanted = ["-c", "constraints.txt", "-e", f".[{extras}]"]
    quiet = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.call([*quiet, "uv"]) == 0:
        uv = shutil.which("uv", path=os.path.dirname(python))
        if uv:
            environment = uv_environment(pip_settings(python))
            if subprocess.call([uv, "pip", "install", "--python", python, *wanted], env=environment) == 0:
                return
    say("uv could not do it; going on with pip, which takes a minute or two")
    if subprocess.call([python, "-m", "pip", "install", "--disable-pip-version-check", *wanted]) != 0:
        stop("the packages could not be installed; the lines above say why. Is there a network?")


def main():
    if sys.version_info < OLDEST:
        this = sys.version.split()[0]
        stop(f"the course needs Python 3.11 or newer, this is {this}; name another:  make PYTHON=python3.12")
    if len(sys.argv) != 3:
        sys.exit("usage: python3 tools/install.py FOLDER EXTRAS")
    folder, extras = sys.argv[1:]
    os.chdir(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    started = time.time()
    python = make_environment(folder)
    say(f"installing coursekit[{extras}] and what it needs; the first time this takes a minute or two")
    install(python, extras)
    say(f"ready in {time.time() - started:.0f} s")


if __name__ == "__main__":
    main()
