"""Files: tables of the package, paths that users give, and writing, so that nobody reads half of a file.

A new file is written beside its place, brought to the disk, and put there by `os.replace`: of several writers the last
one wins, and what fails or is interrupted leaves old files whole and nothing behind. A link stays a link, what it
leads to is replaced, and the permissions of a file that is replaced are kept.
"""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Self

from stattools.errors import DomainError, FileError, StattoolsError, quoted


def table_beside(file: str, name: str) -> dict[str, Any]:
    """What the file `name` says that stands beside `file`, the reader's own `__file__`."""
    return tomllib.loads(Path(file).with_name(name).read_text(encoding="utf-8"))


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


REMEDIES = {
    errno.ENOENT: "Make its folder first, or give another path",
    errno.ENOTDIR: "Give a path that leads through folders only",
    errno.ENAMETOOLONG: "Give a shorter name",
    errno.ENOSPC: "Free space, or write elsewhere",
    errno.EDQUOT: "Free space, or write elsewhere",
    errno.EACCES: "Write elsewhere, or change its permissions",
    errno.EPERM: "Write elsewhere, or change its permissions",
    errno.ELOOP: "Give the file that the links were to lead to",
}


def replace_file(path: Path, write: Callable[[BinaryIO], object], asker: str) -> Path:
    """Put what `write` writes into a binary file in the place of `path`, when it is complete; the path.

    Raises FileError, which says what to do, where the file cannot be written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     replace_file(Path(folder, "a"), lambda file: file.write(b"whole"), "save").read_bytes()
    b'whole'
    """
    with Drafts(asker) as drafts:
        drafts.add(path, write)
        drafts.publish()
    return path


class Drafts:
    """New files that are complete and wait beside their places; what still waits at the end of the block is removed."""

    def __init__(self, asker: str) -> None:
        self.asker, self._waiting = asker, dict[Path, Path]()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for temporary in self._waiting:
            temporary.unlink(missing_ok=True)

    def add(self, path: Path, write: Callable[[BinaryIO], object]) -> None:
        """Write a new file that is to replace `path`."""
        with reasons(path, self.asker):
            target = target_of(path)
            temporary = beside(target)
            self._waiting[temporary] = target
            with temporary.open("xb") as file:
                if target.exists():
                    os.chmod(temporary, stat.S_IMODE(target.stat().st_mode))
                write(file)
                file.flush()
                os.fsync(file.fileno())

    def publish(self) -> None:
        """Every file to its place, in order; if one cannot go there, those before it come back."""
        last = next(reversed(self._waiting), None)
        with ExitStack() as copies, ExitStack() as undo:
            for temporary, target in self._waiting.items():
                with reasons(target, self.asker):
                    if temporary != last and target.exists():
                        copy = _second_name(target)
                        copies.callback(copy.unlink, missing_ok=True)
                        undo.callback(os.replace, copy, target)
                    elif temporary != last:
                        undo.callback(target.unlink, missing_ok=True)
                    os.replace(temporary, target)
            undo.pop_all()


def target_of(path: Path) -> Path:
    """The file that is to be replaced, at the end of its links. OSError for what is no file or may not be written."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return Path(os.path.realpath(path))
    if not stat.S_ISREG(found.st_mode):
        raise FileExistsError(errno.EEXIST, f"it is {kind_of(found)}, and only files are replaced")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "the file that is there may not be written")
    return Path(os.path.realpath(path))


def beside(target: Path) -> Path:
    """A new hidden name in the folder of the target, short however long that of the target is."""
    return target.with_name(f".{secrets.token_hex(8)}.tmp")


@contextmanager
def reasons(path: Path, asker: str) -> Iterator[None]:
    """An OSError as a FileError with the path, the reason and a remedy."""
    try:
        yield
    except StattoolsError:
        raise
    except OSError as error:
        remedy = REMEDIES.get(error.errno or 0, "Write elsewhere")
        raise FileError.of(
            f"{asker} cannot write {str(path)!r}: {error.strerror or error}. {remedy}; what was there is as it was.",
            error,
        ) from error


def _second_name(path: Path) -> Path:
    """A second name of a file, or a copy where the file system has no links."""
    copy = beside(path)
    try:
        os.link(path, copy)
    except OSError:
        shutil.copy2(path, copy)
    return copy
