"""Gradients: the backward pass, custom functions, modes, and numerical checks."""

from hodu.autograd.api import backward as backward
from hodu.autograd.api import grad as grad
from hodu.autograd.check import gradcheck as gradcheck
from hodu.autograd.check import gradgradcheck as gradgradcheck
from hodu.autograd.function import Function as Function
from hodu.autograd.function import once_differentiable as once_differentiable
from hodu.autograd.modes import enable_grad as enable_grad
from hodu.autograd.modes import inference_mode as inference_mode
from hodu.autograd.modes import is_grad_enabled as is_grad_enabled
from hodu.autograd.modes import no_grad as no_grad
from hodu.autograd.modes import set_grad_enabled as set_grad_enabled
