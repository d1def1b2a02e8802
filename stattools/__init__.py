"""stattools."""
