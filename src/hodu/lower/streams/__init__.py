"""Layers computed row by row, between which only a few rows of each tensor are in memory."""
