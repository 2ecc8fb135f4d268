"""Products of bytes as PyTorch's products in f64, which are exact."""

import torch

from tests.ops.torch_oracles.conv import TORCH as CONVOLUTIONS


def _centred(x, zero):
    return x.double() - (0 if zero is None else zero.double())


def integer_conv(x, w, bias, x_zero, w_zero, stride, padding, dilation, groups):
    biases = None if bias is None else bias.double()
    a, b = _centred(x, x_zero), _centred(w, w_zero)
    return CONVOLUTIONS["conv"](a, b, biases, stride, padding, dilation, groups).int()


def integer_matmul(x, y, x_zero, y_zero):
    return torch.matmul(_centred(x, x_zero), _centred(y, y_zero)).int()


TORCH = {"integer_conv": integer_conv, "integer_matmul": integer_matmul}
