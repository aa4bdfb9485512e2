"""What could not be done, in one sentence for a person."""

from __future__ import annotations

import errno
import os


class CannotDo(Exception):
    """What was asked for cannot be done; the message is one clear sentence, and says what to do."""


_FILE_ERRORS = {
    errno.ENOSPC: "The disk is full: {path} could not be written. Free some space and run this again.",
    errno.EROFS: "{path} lies on a disk that can only be read. Choose a folder elsewhere.",
    errno.EACCES: "No permission for {path}. Choose a folder of your own.",
    errno.EPERM: "No permission for {path}. Choose a folder of your own.",
    errno.ENAMETOOLONG: "The path {path} is too long for this system. Choose a folder nearer to the top.",
}
if hasattr(errno, "EDQUOT"):  # not on Windows
    _FILE_ERRORS[errno.EDQUOT] = _FILE_ERRORS[errno.ENOSPC]


def told(error: OSError) -> str | None:
    """The sentence on a fault of the disk or of permissions, which a person can mend; None for any other."""
    sentence = _FILE_ERRORS.get(error.errno or 0)
    return sentence and sentence.format(path=_path(error))


def _path(error: OSError) -> str:
    name = error.filename2 or error.filename
    return os.fsdecode(name) if isinstance(name, str | bytes | os.PathLike) else "a file"
