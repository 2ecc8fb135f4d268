"""Casts, which are methods in PyTorch."""

import torch

TORCH = {"cast": torch.Tensor.to}
