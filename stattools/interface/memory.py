"""Memory: what an answer would take is compared with what is to be had, before any of it is made."""

from __future__ import annotations

from pathlib import Path

from stattools.errors import DomainError
from stattools.interface.arguments import whole_number

SMALL = 2**23
"""So many float64, 64 MB, are made without asking: to ask takes a fraction of a millisecond."""

GROUPS = Path("/sys/fs/cgroup")
FILES = (  # of a control group's folder: the limit, what is used, and the name in memory.stat of what can be given up
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


def require_memory(what: str, numbers: int, instead: str) -> None:
    """DomainError where so many float64 numbers are more than the memory that is free.

    `what` begins the sentence ("10 draws of 2 parameters"), and `instead` is what to do.
    """
    if numbers <= SMALL:
        return
    needed, free = 8 * numbers, free_memory()
    if needed > free:
        raise DomainError(f"{what} would take {in_bytes(needed)} of memory, and {in_bytes(free)} is free. {instead}")


def draws_shape(draws: object, shape: tuple[int, ...] = (), *, copies: int = 2) -> tuple[int, ...]:
    """(draws, *shape), where draws is a whole number, at least 1, and memory suffices for so many numbers; `copies`
    arrays of that size are alive at once.

    >>> draws_shape(10, (3,))
    (10, 3)
    """
    count, each = whole_number(draws, "draws", at_least=1), 1
    for length in shape:
        each *= length
    of = "" if each == 1 else f" of {each:,} numbers"
    require_memory(f"{count:,} draws{of}", copies * count * each, "Ask for fewer draws.")
    return (count, *shape)


def free_memory() -> float:
    """Bytes that this process can still take: what the machine has available and its control group allows."""
    import psutil

    return float(min([psutil.virtual_memory().available, *_allowed()]))


def in_bytes(size: float) -> str:
    """Bytes in the unit that suits them.

    >>> in_bytes(8e12), in_bytes(2.5e9)
    ('8.0 TB', '2.5 GB')
    """
    for unit, name in ((1e6, "MB"), (1e9, "GB"), (1e12, "TB")):
        if size < 999.5 * unit:
            return f"{size / unit:.1f} {name}"
    return f"{size / 1e12:,.0f} TB" if size < 1e18 else f"{size:.1e} bytes"


def _allowed() -> list[float]:
    """What the limits of this process' control groups leave; none where there are no such groups."""
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    folders = {GROUPS, GROUPS / "memory"}
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers in ("", "memory"):
            inner = GROUPS / controllers / path.lstrip("/")
            folders |= {inner, *(parent for parent in inner.parents if parent.is_relative_to(GROUPS))}
    return [left for folder in folders for names in FILES if (left := _left(folder, *names)) is not None]


def _left(folder: Path, limit: str, used: str, reclaimed: str) -> float | None:
    try:
        most, now = (folder / limit).read_text().strip(), float((folder / used).read_text())
        stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        return None if most == "max" else max(0.0, float(most) - now + float(stat.get(reclaimed, 0)))
    except (OSError, ValueError):  # not a control group, or not ours to read
        return None
