"""What `st.fit` returns, of whatever model."""

from __future__ import annotations

from typing import Any

from stattools.interface.names.guesses import answers_names
from stattools.text.faces import Faces


@answers_names
class AnyFit(Faces):
    """A fit: its `model`, and `predict(data)`."""

    model: Any
