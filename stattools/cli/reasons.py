"""Why something failed, in words."""

from __future__ import annotations

from stattools.errors import StattoolsError


def reason(error: BaseException) -> str:
    """Why it failed, in words: of the operating system the file and what it says of it, without a number.

    >>> reason(PermissionError(13, "Permission denied", "reports"))
    'reports: Permission denied.'
    """
    if isinstance(error, OSError) and error.strerror:
        named = f"{error.filename}: " if error.filename is not None else ""
        return f"{named}{error.strerror}."
    return error.message if isinstance(error, StattoolsError) else str(error)
