"""Positions from data: checked indices, scatters, selections, sorting."""
