"""What could not be done, in one sentence for a person."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import traceback

from coursekit import __version__


class CannotDo(Exception):
    """What was asked for cannot be done; the message is one clear sentence, and says what to do."""


_FULL = "The disk is full: {path} could not be written. Free some space and run this again."
_DENIED = "No permission for {path}. Choose a folder of your own."
_IN_THE_WAY = "{path} cannot be made: a file or a folder of that name is in the way."
_FILE_ERRORS = {
    errno.ENOSPC: _FULL,
    getattr(errno, "EDQUOT", errno.ENOSPC): _FULL,  # Windows knows no quota
    errno.EROFS: "{path} lies on a disk that can only be read. Choose a folder elsewhere.",
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EEXIST: _IN_THE_WAY,
    errno.EISDIR: _IN_THE_WAY,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.ENAMETOOLONG: "The path {path} is too long for this system. Choose a folder nearer to the top.",
}


def sentence(error: BaseException) -> str | None:
    """What to say about an error that a person can mend; None where it is a fault of coursekit."""
    if isinstance(error, CannotDo):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted. What was written is whole; run the same command again to go on."
    if isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("coursekit"):
        return f"This needs {error.name}, which is not installed; `coursekit doctor` says how to install it."
    return told(error) if isinstance(error, OSError) else None


def told(error: OSError) -> str | None:
    """The sentence on a fault of the disk or of permissions; None for any other."""
    name = error.filename2 or error.filename
    path = os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else "a file"
    said = _FILE_ERRORS.get(error.errno or 0)
    return said and said.format(path=path)


def fault(error: BaseException) -> str:
    """The sentence on an error that nobody foresaw."""
    text = str(error).strip().split("\n")[0]
    return f"This is a fault of coursekit, not yours ({type(error).__name__}{': ' * bool(text)}{text})."


def keep_traceback(error: BaseException) -> str:
    """Write the traceback into a file of its own, and return a sentence that says where it is."""
    try:
        handle, path = tempfile.mkstemp(prefix="coursekit-", suffix=".log")
        with open(handle, "w", encoding="utf-8") as file:
            file.write(f"coursekit {__version__}, Python {sys.version}, {sys.platform}, {sys.argv}\n")
            traceback.print_exception(error, file=file)
    except OSError:
        return "Run it again with --debug to see where."
    return f"Where it happened is in {path}; please report it with that file."
