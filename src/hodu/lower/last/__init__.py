"""Bytes with channels last, for cores that multiply pairs of 16-bit integers, as Cortex-M4 does.

Four channels of a pixel are one word, widened by two instructions and multiplied by two.
(L. Lai, N. Suda and V. Chandra, "CMSIS-NN: Efficient Neural Network Kernels for Arm Cortex-M
CPUs", 2018.)
"""
