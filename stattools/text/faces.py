"""The faces of an object: its line for `repr`, its page for `print`, and that page in Markdown and HTML."""

from __future__ import annotations

from abc import ABC, abstractmethod

from stattools.text.one_line import one_line
from stattools.text.page import Page
from stattools.text.printing import printed


class Faces(ABC):
    """What can be looked at: a class says its `_headline` and its `_page`, and has four faces.

    A dataclass with these faces is declared with `repr=False`.

    >>> from stattools.text.one_line import headline
    >>> class Coin(Faces):
    ...     def _headline(self):
    ...         return headline(self, "fair")
    ...
    ...     def _page(self):
    ...         return Page("A coin with two sides.")
    >>> print([Coin()], Coin(), Coin()._repr_markdown_())
    [<Coin fair>] A coin with two sides. A coin with two sides.
    """

    @abstractmethod
    def _headline(self) -> str:
        """The object in one line."""

    @abstractmethod
    def _page(self) -> Page:
        """What `print` shows of the object."""

    @one_line
    def __repr__(self) -> str:
        return self._headline()

    @printed
    def __str__(self) -> str:
        return self._page().text()

    def _repr_html_(self) -> str:
        return self._page().html()

    def _repr_markdown_(self) -> str:
        return self._page().markdown()


def with_faces[T: type](cls: T) -> T:
    """The four faces of `Faces` for the first class of a long line, which says its `_headline` and its `_page`."""
    for name in ("__repr__", "__str__", "_repr_html_", "_repr_markdown_"):
        setattr(cls, name, vars(Faces)[name])
    return Faces.register(cls)
