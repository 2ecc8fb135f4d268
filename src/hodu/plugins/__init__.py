"""Plugins: compilers, runtimes and formats behind common interfaces."""
