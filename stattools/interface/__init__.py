"""What callers give and get: arguments, names, paths, seeds, units, memory, intervals."""
