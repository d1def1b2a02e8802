"""What an error says of a value that an argument does not take."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sized
from typing import Any


def meant(argument: str, value: Any, words: Collection[str] = ()) -> str:
    """A sentence, after a blank, with what a value of others is here; empty where nobody writes it.

    >>> meant("cov", {"CRV3": "id"}), meant("penalty", "l2"), meant("method", "nut", ("nuts",))
    (' Write cov=st.Cluster("id", kind="CR3").', ' Write penalty=st.Ridge(1.0).', " Did you mean 'nuts'?")
    """
    if isinstance(value, type):
        return f" Write {argument}=st.{value.__name__}(...), an object of it."
    if argument == "cov" and (groups := _groups(value)) is not None:
        return f" Write cov=st.Cluster({groups})."
    if argument == "penalty" and isinstance(value, int | float) and not isinstance(value, bool):
        return f" Write penalty=st.Ridge({value!r})."
    if not isinstance(value, str):
        return ""
    from stattools.interface.names.answers import did_you_mean
    from stattools.interface.names.vocabulary import plain, vocabulary

    for ours, theirs in vocabulary().values.get(argument, {}).items():
        unknown = (argument == "what" or ours.startswith("kind=")) and words and ours.split('"')[1] not in words
        if plain(value) in map(plain, theirs.split()) and not unknown:
            return f" Write {ours if ours.startswith(('kind=', 'family=')) else f'{argument}={ours}'}."
    return did_you_mean(value, words)


def _groups(value: Any) -> str | None:
    """The groups that a covariance of others names, {"CRV1": "id"}, ("cluster", "id"), "cluster(id)"; None without."""
    kind = ""
    if isinstance(value, Mapping):
        kind = next((f', kind="CR{one[-1]}"' for one in map(str, value) if one.upper() in ("CRV2", "CRV3")), "")
        value = (None, *value.values())
    elif isinstance(value, str):
        found = re.fullmatch(r"cluster\((.+)\)", value.strip(), flags=re.IGNORECASE)
        value = found and (None, found[1])
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[1], str):
        return ", ".join(f'"{group.strip()}"' for group in value[1].split("+")) + kind
    return None if value is None or not isinstance(value, Sized) or isinstance(value, tuple) else "groups"
