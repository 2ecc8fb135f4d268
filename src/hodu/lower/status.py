"""The kinds of errors that kernels report, as numbered in the ABI of compiled models."""

INDEX = 1
DIVISION = 2
VALUE = 3
SHAPE = 4
