"""Bytes with channels last, for small cores: a layer then takes the least memory beside its input.

Four channels of a pixel are one word. Cores that multiply pairs of 16-bit integers, as Cortex-M4
does, widen it by two instructions and multiply it by two; others take its bytes one by one.
(L. Lai, N. Suda and V. Chandra, "CMSIS-NN: Efficient Neural Network Kernels for Arm Cortex-M
CPUs", 2018.)
"""
