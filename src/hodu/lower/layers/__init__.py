"""Whole layers in one kernel: attention and recurrent networks."""
