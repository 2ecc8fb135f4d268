"""Reductions over any axes: loops over rows, how elements combine, windows."""
