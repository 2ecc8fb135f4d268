"""The functions of hodu.nn.functional.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

from hodu.functional import _nn_celu as celu
from hodu.functional import _nn_elu as elu
from hodu.functional import _nn_hardsigmoid as hardsigmoid
from hodu.functional import _nn_hardswish as hardswish
from hodu.functional import _nn_hardtanh as hardtanh
from hodu.functional import _nn_leaky_relu as leaky_relu
from hodu.functional import _nn_mish as mish
from hodu.functional import _nn_relu as relu
from hodu.functional import _nn_relu6 as relu6
from hodu.functional import _nn_selu as selu
from hodu.functional import _nn_silu as silu
from hodu.functional import _nn_threshold as threshold
from hodu.functional import adaptive_avg_pool1d as adaptive_avg_pool1d
from hodu.functional import adaptive_avg_pool2d as adaptive_avg_pool2d
from hodu.functional import adaptive_avg_pool3d as adaptive_avg_pool3d
from hodu.functional import adaptive_max_pool1d as adaptive_max_pool1d
from hodu.functional import adaptive_max_pool2d as adaptive_max_pool2d
from hodu.functional import adaptive_max_pool3d as adaptive_max_pool3d
from hodu.functional import affine_grid as affine_grid
from hodu.functional import avg_pool1d as avg_pool1d
from hodu.functional import avg_pool2d as avg_pool2d
from hodu.functional import avg_pool3d as avg_pool3d
from hodu.functional import batch_norm as batch_norm
from hodu.functional import bilinear as bilinear
from hodu.functional import channel_shuffle as channel_shuffle
from hodu.functional import col2im as fold
from hodu.functional import conv1d as conv1d
from hodu.functional import conv2d as conv2d
from hodu.functional import conv3d as conv3d
from hodu.functional import conv_transpose1d as conv_transpose1d
from hodu.functional import conv_transpose2d as conv_transpose2d
from hodu.functional import conv_transpose3d as conv_transpose3d
from hodu.functional import dropout as dropout
from hodu.functional import embedding as embedding
from hodu.functional import fractional_max_pool2d as fractional_max_pool2d
from hodu.functional import fractional_max_pool3d as fractional_max_pool3d
from hodu.functional import gelu as gelu
from hodu.functional import glu as glu
from hodu.functional import grid_sample as grid_sample
from hodu.functional import group_norm as group_norm
from hodu.functional import hardshrink as hardshrink
from hodu.functional import im2col as unfold
from hodu.functional import instance_norm as instance_norm
from hodu.functional import interpolate as interpolate
from hodu.functional import layer_norm as layer_norm
from hodu.functional import linear as linear
from hodu.functional import local_response_norm as local_response_norm
from hodu.functional import log_sigmoid as log_sigmoid
from hodu.functional import log_softmax as log_softmax
from hodu.functional import logsigmoid as logsigmoid
from hodu.functional import lp_pool1d as lp_pool1d
from hodu.functional import lp_pool2d as lp_pool2d
from hodu.functional import lp_pool3d as lp_pool3d
from hodu.functional import max_pool1d as max_pool1d
from hodu.functional import max_pool2d as max_pool2d
from hodu.functional import max_pool3d as max_pool3d
from hodu.functional import max_unpool1d as max_unpool1d
from hodu.functional import max_unpool2d as max_unpool2d
from hodu.functional import max_unpool3d as max_unpool3d
from hodu.functional import normalize as normalize
from hodu.functional import one_hot as one_hot
from hodu.functional import pad as pad
from hodu.functional import pixel_shuffle as pixel_shuffle
from hodu.functional import pixel_unshuffle as pixel_unshuffle
from hodu.functional import prelu as prelu
from hodu.functional import reduce_window as reduce_window
from hodu.functional import rms_norm as rms_norm
from hodu.functional import rrelu as rrelu
from hodu.functional import scaled_dot_product_attention as scaled_dot_product_attention
from hodu.functional import sigmoid as sigmoid
from hodu.functional import softmax as softmax
from hodu.functional import softmin as softmin
from hodu.functional import softplus as softplus
from hodu.functional import softshrink as softshrink
from hodu.functional import softsign as softsign
from hodu.functional import tanh as tanh
from hodu.functional import tanhshrink as tanhshrink
from hodu.functional import upsample as upsample

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "affine_grid",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "bilinear",
    "celu",
    "channel_shuffle",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "dropout",
    "elu",
    "embedding",
    "fold",
    "fractional_max_pool2d",
    "fractional_max_pool3d",
    "gelu",
    "glu",
    "grid_sample",
    "group_norm",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "instance_norm",
    "interpolate",
    "layer_norm",
    "leaky_relu",
    "linear",
    "local_response_norm",
    "log_sigmoid",
    "log_softmax",
    "logsigmoid",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "mish",
    "normalize",
    "one_hot",
    "pad",
    "pixel_shuffle",
    "pixel_unshuffle",
    "prelu",
    "reduce_window",
    "relu",
    "relu6",
    "rms_norm",
    "rrelu",
    "scaled_dot_product_attention",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "unfold",
    "upsample",
]
