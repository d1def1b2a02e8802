"""What `st.fit` returns, of whatever model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stattools.errors import IncompatibleError
from stattools.interface.names.guesses import answers_names
from stattools.text.faces import Faces

if TYPE_CHECKING:
    from stattools.inference.judged import Judged


@answers_names
class AnyFit(Faces):
    """A fit: its `model`, and `predict(data)`."""

    model: Any

    def _judged(self, model: Any) -> Judged:
        """The rows of a model like that of this fit, as the fit sees them."""
        raise IncompatibleError(f"{self.model.title} says nothing of single rows that it was not fitted to.")
