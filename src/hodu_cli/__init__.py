"""The `hodu` command.

It stands beside the package `hodu` and imports it inside the commands, because `hodu --help` and
shell completion must not wait for NumPy and the op table.
"""
