"""Finding and running C compilers and linkers, and the cache of what they made."""
