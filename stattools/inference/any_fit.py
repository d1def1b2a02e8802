"""What `st.fit` returns, of whatever model."""

from __future__ import annotations

from typing import Any


class AnyFit:
    """A fit: its `model`, and `predict(data)`."""

    model: Any
