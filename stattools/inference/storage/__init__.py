"""Fits in files: what is written, how it is read back, and what stands for the rows."""

from stattools.inference.storage.file import load, save

__all__ = ["load", "save"]
