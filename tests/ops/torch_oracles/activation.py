"""Activations that PyTorch names otherwise."""

import torch

TORCH = {"log_sigmoid": torch.nn.functional.logsigmoid}
