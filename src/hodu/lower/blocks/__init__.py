"""Tensors in blocks of channels: their memory, and the ops that compute in it.

A value lies in blocks where an op with a rule for blocks yields it; where it is read in another
form, a copy is made. The border of a value is as wide as the convolutions that read it want.
"""
