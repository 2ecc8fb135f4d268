"""Kernels and programs as source text, a renderer a language."""
