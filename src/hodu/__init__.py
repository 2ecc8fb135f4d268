"""Hodu: write or load a model, capture it as a Snapshot, run it, compile it.

What is listed in `_HOMES`, and every function of `hodu.functional`, is imported on first use.
"""

from typing import TYPE_CHECKING

from hodu import functional as _functional
from hodu._lazy import attach as _attach
from hodu._tensor import Tensor as Tensor
from hodu._version import __version__ as __version__
from hodu.devices import Device as Device
from hodu.dispatch.plan import set_promotion as set_promotion
from hodu.dtypes import DType as DType
from hodu.dtypes import bf16 as bf16
from hodu.dtypes import bool_ as bool_
from hodu.dtypes import f8e4m3 as f8e4m3
from hodu.dtypes import f8e5m2 as f8e5m2
from hodu.dtypes import f16 as f16
from hodu.dtypes import f32 as f32
from hodu.dtypes import f64 as f64
from hodu.dtypes import i8 as i8
from hodu.dtypes import i16 as i16
from hodu.dtypes import i32 as i32
from hodu.dtypes import i64 as i64
from hodu.dtypes import u8 as u8
from hodu.dtypes import u16 as u16
from hodu.dtypes import u32 as u32
from hodu.dtypes import u64 as u64
from hodu.errors import HoduError as HoduError

if TYPE_CHECKING:
    from hodu import amp as amp
    from hodu import autograd as autograd
    from hodu import data as data
    from hodu import formats as formats
    from hodu import linalg as linalg
    from hodu import nn as nn
    from hodu import optim as optim
    from hodu import plugins as plugins
    from hodu import random as random
    from hodu import training as training
    from hodu._build import build as build
    from hodu._compile import compile as compile
    from hodu._io import load as load
    from hodu._io import save as save
    from hodu.amp.autocast import autocast as autocast
    from hodu.autograd.checkpoint import checkpoint as checkpoint
    from hodu.autograd.modes import enable_grad as enable_grad
    from hodu.autograd.modes import inference_mode as inference_mode
    from hodu.autograd.modes import is_grad_enabled as is_grad_enabled
    from hodu.autograd.modes import no_grad as no_grad
    from hodu.autograd.modes import set_grad_enabled as set_grad_enabled
    from hodu.autograd.transforms import grad as grad
    from hodu.autograd.transforms import jacrev as jacrev
    from hodu.autograd.transforms import jvp as jvp
    from hodu.autograd.transforms import value_and_grad as value_and_grad
    from hodu.autograd.transforms import vjp as vjp
    from hodu.functional import *  # noqa: F403
    from hodu.limits import finfo as finfo
    from hodu.limits import iinfo as iinfo
    from hodu.random import Generator as Generator
    from hodu.random import default_generator as default_generator
    from hodu.random import get_rng_state as get_rng_state
    from hodu.random import initial_seed as initial_seed
    from hodu.random import manual_seed as manual_seed
    from hodu.random import seed as seed
    from hodu.random import set_rng_state as set_rng_state
    from hodu.snapshot.capture import CaptureBoard as CaptureBoard
    from hodu.snapshot.capture import capture as capture
    from hodu.snapshot.ir import Snapshot as Snapshot

_HOMES = {name: f"hodu.functional:{name}" for name in _functional.__all__}
_PARTS = (
    "amp",
    "autograd",
    "data",
    "formats",
    "linalg",
    "nn",
    "optim",
    "plugins",
    "random",
    "training",
)
_HOMES |= {name: f"hodu.{name}" for name in (*_PARTS, "training")}
_MODES = ("enable_grad", "inference_mode", "is_grad_enabled", "no_grad", "set_grad_enabled")
_HOMES |= {name: f"hodu.autograd.modes:{name}" for name in _MODES}
_TRANSFORMS = ("grad", "jacrev", "jvp", "value_and_grad", "vjp")
_HOMES |= {name: f"hodu.autograd.transforms:{name}" for name in _TRANSFORMS}
_HOMES |= {
    "autocast": "hodu.amp.autocast:autocast",
    "checkpoint": "hodu.autograd.checkpoint:checkpoint",
    "build": "hodu._build:build",
    "compile": "hodu._compile:compile",
    "load": "hodu._io:load",
    "save": "hodu._io:save",
    "finfo": "hodu.limits:finfo",
    "iinfo": "hodu.limits:iinfo",
    "Generator": "hodu.random:Generator",
    "default_generator": "hodu.random:default_generator",
    "get_rng_state": "hodu.random:get_rng_state",
    "initial_seed": "hodu.random:initial_seed",
    "manual_seed": "hodu.random:manual_seed",
    "seed": "hodu.random:seed",
    "set_rng_state": "hodu.random:set_rng_state",
    "CaptureBoard": "hodu.snapshot.capture:CaptureBoard",
    "capture": "hodu.snapshot.capture:capture",
    "Snapshot": "hodu.snapshot.ir:Snapshot",
}
_attach(__name__, _HOMES)
bool = bool_
bfloat16 = bf16
float16 = f16
float32 = f32
float64 = f64
float8_e4m3fn = f8e4m3
float8_e5m2 = f8e5m2
int8 = i8
int16 = i16
int32 = i32
int64 = i64
uint8 = u8
uint16 = u16
uint32 = u32
uint64 = u64
