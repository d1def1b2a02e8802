"""The approximation at the theta that was asked for last, which is asked for again and starts the next one."""

from __future__ import annotations

from collections.abc import Callable

from stattools.interface.arrays import Floats


class Latest[Found]:
    """What was found at one theta, kept until another theta is asked for."""

    def __init__(self) -> None:
        self._kept: tuple[bytes, Found] | None = None

    def at(self, theta: Floats, find: Callable[[Floats, Found | None], Found]) -> Found:
        """What `find(theta, last)` makes of theta and of what was found last, None at first; kept where it is the same
        theta.

        >>> import numpy as np
        >>> latest, theta = Latest(), np.array([1.0])
        >>> [latest.at(at, lambda at, last: (at[0], last)) for at in (theta, theta, 2.0 * theta)]
        [(np.float64(1.0), None), (np.float64(1.0), None), (np.float64(2.0), (np.float64(1.0), None))]
        """
        key, kept = theta.tobytes(), self._kept
        if kept is not None and kept[0] == key:
            return kept[1]
        found = find(theta, None if kept is None else kept[1])
        self._kept = key, found
        return found

    def put(self, found: Found) -> None:
        """The next one is found from `found`, whatever its theta.

        >>> import numpy as np
        >>> latest = Latest()
        >>> latest.put(3.0)
        >>> latest.at(np.array([1.0]), lambda at, last: (at[0], last))
        (np.float64(1.0), 3.0)
        """
        self._kept = b"", found
