#!/bin/sh
# Sets the course up in .venv the first time (a minute or two, with a network), then opens it in JupyterLab.
set -e
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}
if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "The course needs Python 3.11 or newer: https://www.python.org/downloads/" >&2
    exit 1
fi
wheel=$(ls coursekit-*.whl | tail -n 1)
if ! cmp -s "$wheel" .venv/course.whl; then
    "$PYTHON" -m venv .venv
    .venv/bin/python -m pip install --disable-pip-version-check -c constraints.txt "./$wheel"
    .venv/bin/python -m pip install --disable-pip-version-check --force-reinstall --no-deps "./$wheel"
    cp "$wheel" .venv/course.whl
fi
exec .venv/bin/coursekit lab . "$@"
