"""Snapshots: the graph that a capture yields, its text form, checks and interpreter."""
