"""Division that PyTorch spells with a rounding mode."""

import torch

TORCH = {"trunc_divide": lambda x, y: torch.div(x, y, rounding_mode="trunc")}
