"""Compilers and runtimes."""
