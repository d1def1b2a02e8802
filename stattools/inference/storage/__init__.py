"""Fits in files: what is written, how it is read back, and what stands for the rows."""
