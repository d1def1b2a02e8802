"""The constructors that people call: each binds a likelihood to data."""
