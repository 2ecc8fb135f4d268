"""Convolutions: the loops of any form, and kernels on blocked channels for the usual ones."""
