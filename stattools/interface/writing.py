"""Writing files so that nobody reads half of one: under names of their own, then to their places in one step each.

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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Self

from stattools.errors import FileError, StattoolsError
from stattools.interface.paths import kind_of

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
        kept: dict[Path, Path] = {}
        new: list[Path] = []
        target = Path()
        try:
            for target in list(self._waiting.values())[:-1]:
                if target.exists():
                    kept[target] = _second_name(target)
            for temporary, target in self._waiting.items():
                os.replace(temporary, target)
                new.append(target)
        except BaseException as error:
            for one in new:
                if one in kept:
                    os.replace(kept.pop(one), one)
                else:
                    one.unlink(missing_ok=True)
            with reasons(target, self.asker):
                raise error
        finally:
            for old in kept.values():
                old.unlink(missing_ok=True)


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
