"""Paths that users give: text or an object of a path, `~` for the home folder; and what may be read as a file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from stattools.errors import DomainError, FileError, quoted

KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def path_of(given: object, asker: str) -> Path:
    """The path that was given. DomainError for what is none, or what no file can be named.

    >>> path_of("a//b", "save")
    PosixPath('a/b')
    >>> path_of(3, "save")
    Traceback (most recent call last):
    stattools.errors.DomainError: save needs a path, such as "folder/name"; got 3 of type int.
    """
    if not isinstance(given, str | bytes | os.PathLike):
        raise DomainError(
            f'{asker} needs a path, such as "folder/name"; got {quoted(given)} of type {type(given).__name__}.'
        )
    text = os.fsdecode(given)
    if not text:
        raise DomainError(f'{asker} needs a path, such as "folder/name"; got an empty one.')
    try:
        nul = b"\0" in os.fsencode(text)
    except UnicodeEncodeError:
        raise DomainError(f"{asker} needs a path that the file system can write; got {quoted(text, 200)}.") from None
    if nul:
        raise DomainError(f"{asker} needs a path without the character NUL; got {quoted(text, 200)}.")
    return Path(os.path.expanduser(text))


def require_regular(path: Path, asker: str) -> os.stat_result:
    """The status of a file that can be read to its end. FileError where there is none, and for folders, pipes, sockets
    and devices, which may have no end.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise FileError.of(f"{asker} cannot read {str(path)!r}: {error.strerror or error}.", error) from error
    if not stat.S_ISREG(found.st_mode):
        raise FileError(f"{asker} cannot read {str(path)!r}: it is {kind_of(found)}. Give a file on a disk.")
    return found


def kind_of(found: os.stat_result) -> str:
    """What stands in the place of a file: "a folder", "a FIFO"."""
    return KINDS.get(stat.S_IFMT(found.st_mode), "not a file")
