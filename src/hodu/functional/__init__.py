"""Every public function, by the name that users call it.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from hodu._lazy import attach
from hodu.ops._table import F

if TYPE_CHECKING:
    from hodu.functional._generated.activation import celu as celu
    from hodu.functional._generated.activation import elu as elu
    from hodu.functional._generated.activation import gelu as gelu
    from hodu.functional._generated.activation import log_sigmoid as log_sigmoid
    from hodu.functional._generated.activation import mish as mish
    from hodu.functional._generated.activation import selu as selu
    from hodu.functional._generated.activation import silu as silu
    from hodu.functional._generated.activation import softplus as softplus
    from hodu.functional._generated.activation import softsign as softsign
    from hodu.functional._generated.activation import tanhshrink as tanhshrink
    from hodu.functional._generated.adaptive_pooling import _adaptive_avg_pool as _adaptive_avg_pool
    from hodu.functional._generated.adaptive_pooling import _adaptive_max_pool as _adaptive_max_pool
    from hodu.functional._generated.arithmetic import _add as _add
    from hodu.functional._generated.arithmetic import _div as _div
    from hodu.functional._generated.arithmetic import _sub as _sub
    from hodu.functional._generated.arithmetic import addcdiv as addcdiv
    from hodu.functional._generated.arithmetic import addcmul as addcmul
    from hodu.functional._generated.arithmetic import mul as mul
    from hodu.functional._generated.arithmetic import mul as multiply
    from hodu.functional._generated.attention import (
        _scaled_dot_product_attention as _scaled_dot_product_attention,
    )
    from hodu.functional._generated.avg_pooling import _avg_pool as _avg_pool
    from hodu.functional._generated.batch_norm import _batch_norm_inference as _batch_norm_inference
    from hodu.functional._generated.batch_norm import _batch_norm_training as _batch_norm_training
    from hodu.functional._generated.batch_norm import _instance_norm as _instance_norm
    from hodu.functional._generated.bitwise import bitwise_and as bitwise_and
    from hodu.functional._generated.bitwise import bitwise_left_shift as bitwise_left_shift
    from hodu.functional._generated.bitwise import bitwise_not as bitwise_not
    from hodu.functional._generated.bitwise import bitwise_or as bitwise_or
    from hodu.functional._generated.bitwise import bitwise_right_shift as bitwise_right_shift
    from hodu.functional._generated.bitwise import bitwise_xor as bitwise_xor
    from hodu.functional._generated.cast import _barrier as _barrier
    from hodu.functional._generated.cast import _detach as _detach
    from hodu.functional._generated.cast import cast as cast
    from hodu.functional._generated.cast import clone as clone
    from hodu.functional._generated.closeness import isclose as isclose
    from hodu.functional._generated.comparison import eq as eq
    from hodu.functional._generated.comparison import ge as ge
    from hodu.functional._generated.comparison import ge as greater_equal
    from hodu.functional._generated.comparison import gt as greater
    from hodu.functional._generated.comparison import gt as gt
    from hodu.functional._generated.comparison import le as le
    from hodu.functional._generated.comparison import le as less_equal
    from hodu.functional._generated.comparison import lt as less
    from hodu.functional._generated.comparison import lt as lt
    from hodu.functional._generated.comparison import ne as ne
    from hodu.functional._generated.comparison import ne as not_equal
    from hodu.functional._generated.control_flow import _cond as _cond
    from hodu.functional._generated.control_flow import _scan as _scan
    from hodu.functional._generated.control_flow import _while_loop as _while_loop
    from hodu.functional._generated.conv import _conv as _conv
    from hodu.functional._generated.conv_transpose import _conv_transpose as _conv_transpose
    from hodu.functional._generated.conv_weight import _conv_weight as _conv_weight
    from hodu.functional._generated.counting import bincount as bincount
    from hodu.functional._generated.counting import histc as histc
    from hodu.functional._generated.cumulative import cummax as cummax
    from hodu.functional._generated.cumulative import cummin as cummin
    from hodu.functional._generated.cumulative import cumprod as cumprod
    from hodu.functional._generated.cumulative import cumsum as cumsum
    from hodu.functional._generated.cumulative import diff as diff
    from hodu.functional._generated.cumulative import logcumsumexp as logcumsumexp
    from hodu.functional._generated.decompositions import cholesky as cholesky
    from hodu.functional._generated.decompositions import eigh as eigh
    from hodu.functional._generated.decompositions import qr as qr
    from hodu.functional._generated.decompositions import svd as svd
    from hodu.functional._generated.diagonal import diag_embed as diag_embed
    from hodu.functional._generated.diagonal import diagonal as diagonal
    from hodu.functional._generated.diagonal import trace as trace
    from hodu.functional._generated.division import _trunc_divide as _trunc_divide
    from hodu.functional._generated.division import floor_divide as floor_divide
    from hodu.functional._generated.division import fmod as fmod
    from hodu.functional._generated.division import remainder as remainder
    from hodu.functional._generated.einsum import _einsum as _einsum
    from hodu.functional._generated.exponential import exp as exp
    from hodu.functional._generated.exponential import exp2 as exp2
    from hodu.functional._generated.exponential import expm1 as expm1
    from hodu.functional._generated.exponential import log as log
    from hodu.functional._generated.exponential import log1p as log1p
    from hodu.functional._generated.exponential import log2 as log2
    from hodu.functional._generated.exponential import log10 as log10
    from hodu.functional._generated.exponential import logaddexp as logaddexp
    from hodu.functional._generated.extent import _dims as _dims
    from hodu.functional._generated.extrema import clamp as clamp
    from hodu.functional._generated.extrema import clamp as clip
    from hodu.functional._generated.extrema import fmax as fmax
    from hodu.functional._generated.extrema import fmin as fmin
    from hodu.functional._generated.extrema import maximum as maximum
    from hodu.functional._generated.extrema import minimum as minimum
    from hodu.functional._generated.filled import _full as _full
    from hodu.functional._generated.fold import col2im as col2im
    from hodu.functional._generated.fold import im2col as im2col
    from hodu.functional._generated.fractional_pooling import (
        _fractional_max_pool as _fractional_max_pool,
    )
    from hodu.functional._generated.gather import _embedding as _embedding
    from hodu.functional._generated.gather import gather as gather
    from hodu.functional._generated.gather import gather_nd as gather_nd
    from hodu.functional._generated.gather import index_select as index_select
    from hodu.functional._generated.gather import take as take
    from hodu.functional._generated.gather import take_along_dim as take_along_dim
    from hodu.functional._generated.gating import glu as glu
    from hodu.functional._generated.grid_sample import _affine_base_grid as _affine_base_grid
    from hodu.functional._generated.grid_sample import grid_sample as grid_sample
    from hodu.functional._generated.index_update import _index_fill as _index_fill
    from hodu.functional._generated.index_update import index_add as index_add
    from hodu.functional._generated.index_update import index_copy as index_copy
    from hodu.functional._generated.index_update import put as put
    from hodu.functional._generated.indexing import _index as _index
    from hodu.functional._generated.indexing import _index_put as _index_put
    from hodu.functional._generated.integer_products import _integer_conv as _integer_conv
    from hodu.functional._generated.integer_products import _integer_matmul as _integer_matmul
    from hodu.functional._generated.join import cat as cat
    from hodu.functional._generated.join import stack as stack
    from hodu.functional._generated.linear import addmm as addmm
    from hodu.functional._generated.linear import baddbmm as baddbmm
    from hodu.functional._generated.linear import bilinear as bilinear
    from hodu.functional._generated.linear import linear as linear
    from hodu.functional._generated.local_norm import local_response_norm as local_response_norm
    from hodu.functional._generated.local_norm import normalize as normalize
    from hodu.functional._generated.logical import logical_and as logical_and
    from hodu.functional._generated.logical import logical_not as logical_not
    from hodu.functional._generated.logical import logical_or as logical_or
    from hodu.functional._generated.logical import logical_xor as logical_xor
    from hodu.functional._generated.lp_pooling import _lp_pool as _lp_pool
    from hodu.functional._generated.lstm import lstm_layer as lstm_layer
    from hodu.functional._generated.lu import lu as lu
    from hodu.functional._generated.lu import lu_factor as lu_factor
    from hodu.functional._generated.masking import compress as compress
    from hodu.functional._generated.masking import masked_scatter as masked_scatter
    from hodu.functional._generated.masking import masked_select as masked_select
    from hodu.functional._generated.matmul import matmul as matmul
    from hodu.functional._generated.matrix_functions import matrix_exp as matrix_exp
    from hodu.functional._generated.matrix_functions import matrix_power as matrix_power
    from hodu.functional._generated.matrix_functions import matrix_rank as matrix_rank
    from hodu.functional._generated.matrix_functions import pinv as pinv
    from hodu.functional._generated.max_min import _max as _max
    from hodu.functional._generated.max_min import _min as _min
    from hodu.functional._generated.max_min import amax as amax
    from hodu.functional._generated.max_min import amin as amin
    from hodu.functional._generated.max_min import aminmax as aminmax
    from hodu.functional._generated.max_min import argmax as argmax
    from hodu.functional._generated.max_min import argmin as argmin
    from hodu.functional._generated.max_pooling import _max_pool as _max_pool
    from hodu.functional._generated.max_pooling import _max_pool_gradient as _max_pool_gradient
    from hodu.functional._generated.max_pooling import (
        _max_pool_with_indices as _max_pool_with_indices,
    )
    from hodu.functional._generated.max_unpooling import _max_unpool as _max_unpool
    from hodu.functional._generated.nonfinite import isfinite as isfinite
    from hodu.functional._generated.nonfinite import isinf as isinf
    from hodu.functional._generated.nonfinite import isnan as isnan
    from hodu.functional._generated.nonfinite import nan_to_num as nan_to_num
    from hodu.functional._generated.norm import _norm as _norm
    from hodu.functional._generated.normalization import group_norm as group_norm
    from hodu.functional._generated.normalization import layer_norm as layer_norm
    from hodu.functional._generated.normalization import rms_norm as rms_norm
    from hodu.functional._generated.one_hot import _one_hot as _one_hot
    from hodu.functional._generated.order import _flip as _flip
    from hodu.functional._generated.order import _permute as _permute
    from hodu.functional._generated.order import _roll as _roll
    from hodu.functional._generated.pad import _pad as _pad
    from hodu.functional._generated.philox import _philox as _philox
    from hodu.functional._generated.pixel_shuffle import channel_shuffle as channel_shuffle
    from hodu.functional._generated.pixel_shuffle import pixel_shuffle as pixel_shuffle
    from hodu.functional._generated.pixel_shuffle import pixel_unshuffle as pixel_unshuffle
    from hodu.functional._generated.powers import pow as pow
    from hodu.functional._generated.powers import reciprocal as reciprocal
    from hodu.functional._generated.powers import rsqrt as rsqrt
    from hodu.functional._generated.powers import sqrt as sqrt
    from hodu.functional._generated.powers import square as square
    from hodu.functional._generated.products import _cross as _cross
    from hodu.functional._generated.products import kron as kron
    from hodu.functional._generated.quantiles import _median as _median
    from hodu.functional._generated.quantiles import _nanmedian as _nanmedian
    from hodu.functional._generated.quantiles import mode as mode
    from hodu.functional._generated.quantiles import nanquantile as nanquantile
    from hodu.functional._generated.quantiles import quantile as quantile
    from hodu.functional._generated.quantization import _dequantize_linear as _dequantize_linear
    from hodu.functional._generated.quantization import _quantize_linear as _quantize_linear
    from hodu.functional._generated.quantization import _requantize as _requantize
    from hodu.functional._generated.ranges import _arange as _arange
    from hodu.functional._generated.ranges import _linspace as _linspace
    from hodu.functional._generated.rectifiers import hardshrink as hardshrink
    from hodu.functional._generated.rectifiers import hardsigmoid as hardsigmoid
    from hodu.functional._generated.rectifiers import hardswish as hardswish
    from hodu.functional._generated.rectifiers import hardtanh as hardtanh
    from hodu.functional._generated.rectifiers import leaky_relu as leaky_relu
    from hodu.functional._generated.rectifiers import prelu as prelu
    from hodu.functional._generated.rectifiers import relu as relu
    from hodu.functional._generated.rectifiers import relu6 as relu6
    from hodu.functional._generated.rectifiers import softshrink as softshrink
    from hodu.functional._generated.rectifiers import threshold as threshold
    from hodu.functional._generated.recurrent import gru_layer as gru_layer
    from hodu.functional._generated.recurrent import rnn_layer as rnn_layer
    from hodu.functional._generated.reduce_window import _reduce_window as _reduce_window
    from hodu.functional._generated.reduction import all as all
    from hodu.functional._generated.reduction import any as any
    from hodu.functional._generated.reduction import count_nonzero as count_nonzero
    from hodu.functional._generated.reduction import mean as mean
    from hodu.functional._generated.reduction import nanmean as nanmean
    from hodu.functional._generated.reduction import nansum as nansum
    from hodu.functional._generated.reduction import prod as prod
    from hodu.functional._generated.reduction import sum as sum
    from hodu.functional._generated.repeat import _expand as _expand
    from hodu.functional._generated.repeat import _repeat as _repeat
    from hodu.functional._generated.repeat import _repeat_interleave as _repeat_interleave
    from hodu.functional._generated.resize import _resize as _resize
    from hodu.functional._generated.rounding import ceil as ceil
    from hodu.functional._generated.rounding import floor as floor
    from hodu.functional._generated.rounding import frac as frac
    from hodu.functional._generated.rounding import round as round
    from hodu.functional._generated.rounding import trunc as fix
    from hodu.functional._generated.rounding import trunc as trunc
    from hodu.functional._generated.scatter import _scatter as _scatter
    from hodu.functional._generated.scatter import scatter_add as scatter_add
    from hodu.functional._generated.scatter import scatter_nd as scatter_nd
    from hodu.functional._generated.scatter import scatter_reduce as scatter_reduce
    from hodu.functional._generated.searching import _searchsorted as _searchsorted
    from hodu.functional._generated.select import _where as _where
    from hodu.functional._generated.select import lerp as lerp
    from hodu.functional._generated.sets import _nonzero as _nonzero
    from hodu.functional._generated.sets import _unique as _unique
    from hodu.functional._generated.sets import _unique_consecutive as _unique_consecutive
    from hodu.functional._generated.shape import _reshape as _reshape
    from hodu.functional._generated.shape import _squeeze as _squeeze
    from hodu.functional._generated.shape import _view_dtype as _view_dtype
    from hodu.functional._generated.shape import unsqueeze as unsqueeze
    from hodu.functional._generated.sign import abs as abs
    from hodu.functional._generated.sign import abs as absolute
    from hodu.functional._generated.sign import neg as neg
    from hodu.functional._generated.sign import neg as negative
    from hodu.functional._generated.sign import sign as sgn
    from hodu.functional._generated.sign import sign as sign
    from hodu.functional._generated.slicing import _slice as _slice
    from hodu.functional._generated.slicing import _slice_put as _slice_put
    from hodu.functional._generated.softmax import _log_softmax as _log_softmax
    from hodu.functional._generated.softmax import _softmax as _softmax
    from hodu.functional._generated.softmax import logsumexp as logsumexp
    from hodu.functional._generated.solvers import _solve as _solve
    from hodu.functional._generated.solvers import det as det
    from hodu.functional._generated.solvers import inverse as inv
    from hodu.functional._generated.solvers import inverse as inverse
    from hodu.functional._generated.solvers import lstsq as lstsq
    from hodu.functional._generated.solvers import slogdet as slogdet
    from hodu.functional._generated.solvers import solve_triangular as solve_triangular
    from hodu.functional._generated.sorting import argsort as argsort
    from hodu.functional._generated.sorting import kthvalue as kthvalue
    from hodu.functional._generated.sorting import sort as sort
    from hodu.functional._generated.sorting import topk as topk
    from hodu.functional._generated.special import erf as erf
    from hodu.functional._generated.special import erfc as erfc
    from hodu.functional._generated.special import erfinv as erfinv
    from hodu.functional._generated.special import logit as logit
    from hodu.functional._generated.special import sigmoid as sigmoid
    from hodu.functional._generated.split import _split as _split
    from hodu.functional._generated.statistics import _std as _std
    from hodu.functional._generated.statistics import _var as _var
    from hodu.functional._generated.strided import _as_strided as _as_strided
    from hodu.functional._generated.strided import unfold as unfold
    from hodu.functional._generated.triangle import _eye as _eye
    from hodu.functional._generated.triangle import tril as tril
    from hodu.functional._generated.triangle import triu as triu
    from hodu.functional._generated.trigonometry import acos as acos
    from hodu.functional._generated.trigonometry import acos as arccos
    from hodu.functional._generated.trigonometry import acosh as acosh
    from hodu.functional._generated.trigonometry import acosh as arccosh
    from hodu.functional._generated.trigonometry import asin as arcsin
    from hodu.functional._generated.trigonometry import asin as asin
    from hodu.functional._generated.trigonometry import asinh as arcsinh
    from hodu.functional._generated.trigonometry import asinh as asinh
    from hodu.functional._generated.trigonometry import atan as arctan
    from hodu.functional._generated.trigonometry import atan as atan
    from hodu.functional._generated.trigonometry import atan2 as arctan2
    from hodu.functional._generated.trigonometry import atan2 as atan2
    from hodu.functional._generated.trigonometry import atanh as arctanh
    from hodu.functional._generated.trigonometry import atanh as atanh
    from hodu.functional._generated.trigonometry import cos as cos
    from hodu.functional._generated.trigonometry import cosh as cosh
    from hodu.functional._generated.trigonometry import hypot as hypot
    from hodu.functional._generated.trigonometry import sin as sin
    from hodu.functional._generated.trigonometry import sinh as sinh
    from hodu.functional._generated.trigonometry import tan as tan
    from hodu.functional._generated.trigonometry import tanh as tanh
    from hodu.ops.activation import logsigmoid as logsigmoid
    from hodu.ops.activation_inplace import _nn_celu as _nn_celu
    from hodu.ops.activation_inplace import _nn_elu as _nn_elu
    from hodu.ops.activation_inplace import _nn_hardsigmoid as _nn_hardsigmoid
    from hodu.ops.activation_inplace import _nn_hardswish as _nn_hardswish
    from hodu.ops.activation_inplace import _nn_hardtanh as _nn_hardtanh
    from hodu.ops.activation_inplace import _nn_leaky_relu as _nn_leaky_relu
    from hodu.ops.activation_inplace import _nn_mish as _nn_mish
    from hodu.ops.activation_inplace import _nn_relu as _nn_relu
    from hodu.ops.activation_inplace import _nn_relu6 as _nn_relu6
    from hodu.ops.activation_inplace import _nn_selu as _nn_selu
    from hodu.ops.activation_inplace import _nn_silu as _nn_silu
    from hodu.ops.activation_inplace import _nn_threshold as _nn_threshold
    from hodu.ops.adaptive_pooling import adaptive_avg_pool1d as adaptive_avg_pool1d
    from hodu.ops.adaptive_pooling import adaptive_avg_pool2d as adaptive_avg_pool2d
    from hodu.ops.adaptive_pooling import adaptive_avg_pool3d as adaptive_avg_pool3d
    from hodu.ops.adaptive_pooling import adaptive_max_pool1d as adaptive_max_pool1d
    from hodu.ops.adaptive_pooling import adaptive_max_pool2d as adaptive_max_pool2d
    from hodu.ops.adaptive_pooling import adaptive_max_pool3d as adaptive_max_pool3d
    from hodu.ops.arithmetic import add as add
    from hodu.ops.arithmetic import div as div
    from hodu.ops.arithmetic import div as divide
    from hodu.ops.arithmetic import div as true_divide
    from hodu.ops.arithmetic import rsub as rsub
    from hodu.ops.arithmetic import sub as sub
    from hodu.ops.arithmetic import sub as subtract
    from hodu.ops.attention import scaled_dot_product_attention as scaled_dot_product_attention
    from hodu.ops.avg_pooling import avg_pool1d as avg_pool1d
    from hodu.ops.avg_pooling import avg_pool2d as avg_pool2d
    from hodu.ops.avg_pooling import avg_pool3d as avg_pool3d
    from hodu.ops.batch_norm import batch_norm as batch_norm
    from hodu.ops.batch_norm import instance_norm as instance_norm
    from hodu.ops.cast import to as to
    from hodu.ops.closeness import allclose as allclose
    from hodu.ops.closeness import equal as equal
    from hodu.ops.control import cond as cond
    from hodu.ops.control import scan as scan
    from hodu.ops.control import while_loop as while_loop
    from hodu.ops.conv import conv1d as conv1d
    from hodu.ops.conv import conv2d as conv2d
    from hodu.ops.conv import conv3d as conv3d
    from hodu.ops.conv_transpose import conv_transpose1d as conv_transpose1d
    from hodu.ops.conv_transpose import conv_transpose2d as conv_transpose2d
    from hodu.ops.conv_transpose import conv_transpose3d as conv_transpose3d
    from hodu.ops.covariance import corrcoef as corrcoef
    from hodu.ops.covariance import cov as cov
    from hodu.ops.creation import as_tensor as as_tensor
    from hodu.ops.creation import asarray as asarray
    from hodu.ops.creation import new_tensor as new_tensor
    from hodu.ops.creation import tensor as tensor
    from hodu.ops.cumulative import cumulative_trapezoid as cumulative_trapezoid
    from hodu.ops.cumulative import trapezoid as trapezoid
    from hodu.ops.decompositions import eigvalsh as eigvalsh
    from hodu.ops.decompositions import svdvals as svdvals
    from hodu.ops.diagonal import _linalg_diagonal as _linalg_diagonal
    from hodu.ops.diagonal import diag as diag
    from hodu.ops.diagonal import diagflat as diagflat
    from hodu.ops.distances import cosine_similarity as cosine_similarity
    from hodu.ops.distances import pairwise_distance as pairwise_distance
    from hodu.ops.distances import pdist as pdist
    from hodu.ops.einsum import einsum as einsum
    from hodu.ops.embedding import embedding as embedding
    from hodu.ops.embedding_bag import embedding_bag as embedding_bag
    from hodu.ops.exchange import from_dlpack as from_dlpack
    from hodu.ops.exchange import from_numpy as from_numpy
    from hodu.ops.exchange import frombuffer as frombuffer
    from hodu.ops.extrema import clamp_max as clamp_max
    from hodu.ops.extrema import clamp_min as clamp_min
    from hodu.ops.feature_dropout import alpha_dropout as alpha_dropout
    from hodu.ops.feature_dropout import dropout1d as dropout1d
    from hodu.ops.feature_dropout import dropout2d as dropout2d
    from hodu.ops.feature_dropout import dropout3d as dropout3d
    from hodu.ops.feature_dropout import feature_alpha_dropout as feature_alpha_dropout
    from hodu.ops.filled import empty as empty
    from hodu.ops.filled import empty_like as empty_like
    from hodu.ops.filled import full as full
    from hodu.ops.filled import full_like as full_like
    from hodu.ops.filled import new_empty as new_empty
    from hodu.ops.filled import new_full as new_full
    from hodu.ops.filled import new_ones as new_ones
    from hodu.ops.filled import new_zeros as new_zeros
    from hodu.ops.filled import ones as ones
    from hodu.ops.filled import ones_like as ones_like
    from hodu.ops.filled import zeros as zeros
    from hodu.ops.filled import zeros_like as zeros_like
    from hodu.ops.fractional_pooling import fractional_max_pool2d as fractional_max_pool2d
    from hodu.ops.fractional_pooling import fractional_max_pool3d as fractional_max_pool3d
    from hodu.ops.grid_sample import affine_grid as affine_grid
    from hodu.ops.gumbel import gumbel_softmax as gumbel_softmax
    from hodu.ops.index_update import index_fill as index_fill
    from hodu.ops.indexing import getitem as getitem
    from hodu.ops.indexing import index_put as index_put
    from hodu.ops.indexing import setitem as setitem
    from hodu.ops.interpolate import interpolate as interpolate
    from hodu.ops.interpolate import upsample as upsample
    from hodu.ops.join import atleast_1d as atleast_1d
    from hodu.ops.join import atleast_2d as atleast_2d
    from hodu.ops.join import atleast_3d as atleast_3d
    from hodu.ops.join import block_diag as block_diag
    from hodu.ops.join import column_stack as column_stack
    from hodu.ops.join import concat as concat
    from hodu.ops.join import concatenate as concatenate
    from hodu.ops.join import dstack as dstack
    from hodu.ops.join import hstack as hstack
    from hodu.ops.join import vstack as vstack
    from hodu.ops.linalg_norms import _linalg_cond as _linalg_cond
    from hodu.ops.linalg_norms import _linalg_norm as _linalg_norm
    from hodu.ops.linalg_norms import matrix_norm as matrix_norm
    from hodu.ops.linalg_norms import vector_norm as vector_norm
    from hodu.ops.losses_classes import binary_cross_entropy as binary_cross_entropy
    from hodu.ops.losses_classes import (
        binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
    )
    from hodu.ops.losses_classes import cross_entropy as cross_entropy
    from hodu.ops.losses_classes import nll_loss as nll_loss
    from hodu.ops.losses_ctc import ctc_loss as ctc_loss
    from hodu.ops.losses_margin import cosine_embedding_loss as cosine_embedding_loss
    from hodu.ops.losses_margin import hinge_embedding_loss as hinge_embedding_loss
    from hodu.ops.losses_margin import margin_ranking_loss as margin_ranking_loss
    from hodu.ops.losses_margin import multi_margin_loss as multi_margin_loss
    from hodu.ops.losses_margin import multilabel_margin_loss as multilabel_margin_loss
    from hodu.ops.losses_margin import multilabel_soft_margin_loss as multilabel_soft_margin_loss
    from hodu.ops.losses_margin import soft_margin_loss as soft_margin_loss
    from hodu.ops.losses_margin import triplet_margin_loss as triplet_margin_loss
    from hodu.ops.losses_margin import (
        triplet_margin_with_distance_loss as triplet_margin_with_distance_loss,
    )
    from hodu.ops.losses_regression import gaussian_nll_loss as gaussian_nll_loss
    from hodu.ops.losses_regression import huber_loss as huber_loss
    from hodu.ops.losses_regression import kl_div as kl_div
    from hodu.ops.losses_regression import l1_loss as l1_loss
    from hodu.ops.losses_regression import mse_loss as mse_loss
    from hodu.ops.losses_regression import poisson_nll_loss as poisson_nll_loss
    from hodu.ops.losses_regression import smooth_l1_loss as smooth_l1_loss
    from hodu.ops.lp_pooling import lp_pool1d as lp_pool1d
    from hodu.ops.lp_pooling import lp_pool2d as lp_pool2d
    from hodu.ops.lp_pooling import lp_pool3d as lp_pool3d
    from hodu.ops.matmul import bmm as bmm
    from hodu.ops.matmul import dot as dot
    from hodu.ops.matmul import inner as inner
    from hodu.ops.matmul import mm as mm
    from hodu.ops.matmul import mv as mv
    from hodu.ops.matmul import outer as outer
    from hodu.ops.matmul import vdot as vdot
    from hodu.ops.matrix_functions import pinverse as pinverse
    from hodu.ops.max_min import max_ as max
    from hodu.ops.max_min import min_ as min
    from hodu.ops.max_pooling import max_pool1d as max_pool1d
    from hodu.ops.max_pooling import max_pool2d as max_pool2d
    from hodu.ops.max_pooling import max_pool3d as max_pool3d
    from hodu.ops.max_unpooling import max_unpool1d as max_unpool1d
    from hodu.ops.max_unpooling import max_unpool2d as max_unpool2d
    from hodu.ops.max_unpooling import max_unpool3d as max_unpool3d
    from hodu.ops.multihead_attention import (
        multi_head_attention_forward as multi_head_attention_forward,
    )
    from hodu.ops.norm import norm as norm
    from hodu.ops.one_hot import one_hot as one_hot
    from hodu.ops.order import flip as flip
    from hodu.ops.order import fliplr as fliplr
    from hodu.ops.order import flipud as flipud
    from hodu.ops.order import moveaxis as moveaxis
    from hodu.ops.order import movedim as movedim
    from hodu.ops.order import permute as permute
    from hodu.ops.order import roll as roll
    from hodu.ops.order import rot90 as rot90
    from hodu.ops.order import swapaxes as swapaxes
    from hodu.ops.order import swapdims as swapdims
    from hodu.ops.order import t as t
    from hodu.ops.order import transpose as transpose
    from hodu.ops.pad import pad as pad
    from hodu.ops.products import _linalg_cross as _linalg_cross
    from hodu.ops.products import cross as cross
    from hodu.ops.products import multi_dot as multi_dot
    from hodu.ops.products import tensordot as tensordot
    from hodu.ops.products import vecdot as vecdot
    from hodu.ops.quantiles import median as median
    from hodu.ops.quantiles import nanmedian as nanmedian
    from hodu.ops.queries import broadcast_shapes as broadcast_shapes
    from hodu.ops.queries import is_floating_point as is_floating_point
    from hodu.ops.queries import is_tensor as is_tensor
    from hodu.ops.queries import promote_types as promote_types
    from hodu.ops.queries import result_type as result_type
    from hodu.ops.random import normal as normal
    from hodu.ops.random import rand as rand
    from hodu.ops.random import rand_like as rand_like
    from hodu.ops.random import randn as randn
    from hodu.ops.random import randn_like as randn_like
    from hodu.ops.random import uniform as uniform
    from hodu.ops.random_choices import bernoulli as bernoulli
    from hodu.ops.random_choices import dropout as dropout
    from hodu.ops.random_choices import multinomial as multinomial
    from hodu.ops.random_choices import rrelu as rrelu
    from hodu.ops.random_integers import randint as randint
    from hodu.ops.random_integers import randint_like as randint_like
    from hodu.ops.random_integers import randperm as randperm
    from hodu.ops.ranges import arange as arange
    from hodu.ops.ranges import cartesian_prod as cartesian_prod
    from hodu.ops.ranges import linspace as linspace
    from hodu.ops.ranges import logspace as logspace
    from hodu.ops.ranges import meshgrid as meshgrid
    from hodu.ops.reduce_window import reduce_window as reduce_window
    from hodu.ops.repeat import broadcast_tensors as broadcast_tensors
    from hodu.ops.repeat import broadcast_to as broadcast_to
    from hodu.ops.repeat import expand as expand
    from hodu.ops.repeat import expand_as as expand_as
    from hodu.ops.repeat import repeat as repeat
    from hodu.ops.repeat import repeat_interleave as repeat_interleave
    from hodu.ops.repeat import tile as tile
    from hodu.ops.scatter import scatter as scatter
    from hodu.ops.searching import bucketize as bucketize
    from hodu.ops.searching import searchsorted as searchsorted
    from hodu.ops.select import masked_fill as masked_fill
    from hodu.ops.select import where as where
    from hodu.ops.sets import argwhere as argwhere
    from hodu.ops.sets import nonzero as nonzero
    from hodu.ops.sets import unique as unique
    from hodu.ops.sets import unique_consecutive as unique_consecutive
    from hodu.ops.shape import contiguous as contiguous
    from hodu.ops.shape import flatten as flatten
    from hodu.ops.shape import numel as numel
    from hodu.ops.shape import ravel as ravel
    from hodu.ops.shape import reshape as reshape
    from hodu.ops.shape import reshape_as as reshape_as
    from hodu.ops.shape import squeeze as squeeze
    from hodu.ops.shape import unflatten as unflatten
    from hodu.ops.shape import view as view
    from hodu.ops.shape import view_as as view_as
    from hodu.ops.slicing import narrow as narrow
    from hodu.ops.slicing import select as select
    from hodu.ops.softmax import log_softmax as log_softmax
    from hodu.ops.softmax import softmax as softmax
    from hodu.ops.softmax import softmin as softmin
    from hodu.ops.solvers import cholesky_solve as cholesky_solve
    from hodu.ops.solvers import logdet as logdet
    from hodu.ops.solvers import solve as solve
    from hodu.ops.sorting import msort as msort
    from hodu.ops.split import chunk as chunk
    from hodu.ops.split import dsplit as dsplit
    from hodu.ops.split import hsplit as hsplit
    from hodu.ops.split import split as split
    from hodu.ops.split import tensor_split as tensor_split
    from hodu.ops.split import unbind as unbind
    from hodu.ops.split import vsplit as vsplit
    from hodu.ops.statistics import std as std
    from hodu.ops.statistics import std_mean as std_mean
    from hodu.ops.statistics import var as var
    from hodu.ops.statistics import var_mean as var_mean
    from hodu.ops.strided import as_strided as as_strided
    from hodu.ops.triangle import eye as eye
    from hodu.ops.triangle import tril_indices as tril_indices
    from hodu.ops.triangle import triu_indices as triu_indices

__all__ = [
    "abs",
    "absolute",
    "acos",
    "acosh",
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "add",
    "addcdiv",
    "addcmul",
    "addmm",
    "affine_grid",
    "all",
    "allclose",
    "alpha_dropout",
    "amax",
    "amin",
    "aminmax",
    "any",
    "arange",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "argmax",
    "argmin",
    "argsort",
    "argwhere",
    "as_strided",
    "as_tensor",
    "asarray",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "baddbmm",
    "batch_norm",
    "bernoulli",
    "bilinear",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "bincount",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "block_diag",
    "bmm",
    "broadcast_shapes",
    "broadcast_tensors",
    "broadcast_to",
    "bucketize",
    "cartesian_prod",
    "cast",
    "cat",
    "ceil",
    "celu",
    "channel_shuffle",
    "cholesky",
    "cholesky_solve",
    "chunk",
    "clamp",
    "clamp_max",
    "clamp_min",
    "clip",
    "clone",
    "col2im",
    "column_stack",
    "compress",
    "concat",
    "concatenate",
    "cond",
    "contiguous",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "corrcoef",
    "cos",
    "cosh",
    "cosine_embedding_loss",
    "cosine_similarity",
    "count_nonzero",
    "cov",
    "cross",
    "cross_entropy",
    "ctc_loss",
    "cummax",
    "cummin",
    "cumprod",
    "cumsum",
    "cumulative_trapezoid",
    "det",
    "diag",
    "diag_embed",
    "diagflat",
    "diagonal",
    "diff",
    "div",
    "divide",
    "dot",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "dsplit",
    "dstack",
    "eigh",
    "eigvalsh",
    "einsum",
    "elu",
    "embedding",
    "embedding_bag",
    "empty",
    "empty_like",
    "eq",
    "equal",
    "erf",
    "erfc",
    "erfinv",
    "exp",
    "exp2",
    "expand",
    "expand_as",
    "expm1",
    "eye",
    "feature_alpha_dropout",
    "fix",
    "flatten",
    "flip",
    "fliplr",
    "flipud",
    "floor",
    "floor_divide",
    "fmax",
    "fmin",
    "fmod",
    "frac",
    "fractional_max_pool2d",
    "fractional_max_pool3d",
    "from_dlpack",
    "from_numpy",
    "frombuffer",
    "full",
    "full_like",
    "gather",
    "gather_nd",
    "gaussian_nll_loss",
    "ge",
    "gelu",
    "getitem",
    "glu",
    "greater",
    "greater_equal",
    "grid_sample",
    "group_norm",
    "gru_layer",
    "gt",
    "gumbel_softmax",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hinge_embedding_loss",
    "histc",
    "hsplit",
    "hstack",
    "huber_loss",
    "hypot",
    "im2col",
    "index_add",
    "index_copy",
    "index_fill",
    "index_put",
    "index_select",
    "inner",
    "instance_norm",
    "interpolate",
    "inv",
    "inverse",
    "is_floating_point",
    "is_tensor",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "kl_div",
    "kron",
    "kthvalue",
    "l1_loss",
    "layer_norm",
    "le",
    "leaky_relu",
    "lerp",
    "less",
    "less_equal",
    "linear",
    "linspace",
    "local_response_norm",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logcumsumexp",
    "logdet",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logit",
    "logsigmoid",
    "logspace",
    "logsumexp",
    "lp_pool1d",
    "lp_pool2d",
    "lp_pool3d",
    "lstm_layer",
    "lstsq",
    "lt",
    "lu",
    "lu_factor",
    "margin_ranking_loss",
    "masked_fill",
    "masked_scatter",
    "masked_select",
    "matmul",
    "matrix_exp",
    "matrix_norm",
    "matrix_power",
    "matrix_rank",
    "max",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "maximum",
    "mean",
    "median",
    "meshgrid",
    "min",
    "minimum",
    "mish",
    "mm",
    "mode",
    "moveaxis",
    "movedim",
    "mse_loss",
    "msort",
    "mul",
    "multi_dot",
    "multi_head_attention_forward",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "multinomial",
    "multiply",
    "mv",
    "nan_to_num",
    "nanmean",
    "nanmedian",
    "nanquantile",
    "nansum",
    "narrow",
    "ne",
    "neg",
    "negative",
    "new_empty",
    "new_full",
    "new_ones",
    "new_tensor",
    "new_zeros",
    "nll_loss",
    "nonzero",
    "norm",
    "normal",
    "normalize",
    "not_equal",
    "numel",
    "one_hot",
    "ones",
    "ones_like",
    "outer",
    "pad",
    "pairwise_distance",
    "pdist",
    "permute",
    "pinv",
    "pinverse",
    "pixel_shuffle",
    "pixel_unshuffle",
    "poisson_nll_loss",
    "pow",
    "prelu",
    "prod",
    "promote_types",
    "put",
    "qr",
    "quantile",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "randperm",
    "ravel",
    "reciprocal",
    "reduce_window",
    "relu",
    "relu6",
    "remainder",
    "repeat",
    "repeat_interleave",
    "reshape",
    "reshape_as",
    "result_type",
    "rms_norm",
    "rnn_layer",
    "roll",
    "rot90",
    "round",
    "rrelu",
    "rsqrt",
    "rsub",
    "scaled_dot_product_attention",
    "scan",
    "scatter",
    "scatter_add",
    "scatter_nd",
    "scatter_reduce",
    "searchsorted",
    "select",
    "selu",
    "setitem",
    "sgn",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "slogdet",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "solve",
    "solve_triangular",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "std_mean",
    "sub",
    "subtract",
    "sum",
    "svd",
    "svdvals",
    "swapaxes",
    "swapdims",
    "t",
    "take",
    "take_along_dim",
    "tan",
    "tanh",
    "tanhshrink",
    "tensor",
    "tensor_split",
    "tensordot",
    "threshold",
    "tile",
    "to",
    "topk",
    "trace",
    "transpose",
    "trapezoid",
    "tril",
    "tril_indices",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
    "triu",
    "triu_indices",
    "true_divide",
    "trunc",
    "unbind",
    "unflatten",
    "unfold",
    "uniform",
    "unique",
    "unique_consecutive",
    "unsqueeze",
    "upsample",
    "var",
    "var_mean",
    "vdot",
    "vecdot",
    "vector_norm",
    "view",
    "view_as",
    "vsplit",
    "vstack",
    "where",
    "while_loop",
    "zeros",
    "zeros_like",
]

_HOMES = {
    "_adaptive_avg_pool": "hodu.functional._generated.adaptive_pooling:_adaptive_avg_pool",
    "_adaptive_max_pool": "hodu.functional._generated.adaptive_pooling:_adaptive_max_pool",
    "_add": "hodu.functional._generated.arithmetic:_add",
    "_affine_base_grid": "hodu.functional._generated.grid_sample:_affine_base_grid",
    "_arange": "hodu.functional._generated.ranges:_arange",
    "_as_strided": "hodu.functional._generated.strided:_as_strided",
    "_avg_pool": "hodu.functional._generated.avg_pooling:_avg_pool",
    "_barrier": "hodu.functional._generated.cast:_barrier",
    "_batch_norm_inference": "hodu.functional._generated.batch_norm:_batch_norm_inference",
    "_batch_norm_training": "hodu.functional._generated.batch_norm:_batch_norm_training",
    "_cond": "hodu.functional._generated.control_flow:_cond",
    "_conv": "hodu.functional._generated.conv:_conv",
    "_conv_transpose": "hodu.functional._generated.conv_transpose:_conv_transpose",
    "_conv_weight": "hodu.functional._generated.conv_weight:_conv_weight",
    "_cross": "hodu.functional._generated.products:_cross",
    "_dequantize_linear": "hodu.functional._generated.quantization:_dequantize_linear",
    "_detach": "hodu.functional._generated.cast:_detach",
    "_dims": "hodu.functional._generated.extent:_dims",
    "_div": "hodu.functional._generated.arithmetic:_div",
    "_einsum": "hodu.functional._generated.einsum:_einsum",
    "_embedding": "hodu.functional._generated.gather:_embedding",
    "_expand": "hodu.functional._generated.repeat:_expand",
    "_eye": "hodu.functional._generated.triangle:_eye",
    "_flip": "hodu.functional._generated.order:_flip",
    "_fractional_max_pool": "hodu.functional._generated.fractional_pooling:_fractional_max_pool",
    "_full": "hodu.functional._generated.filled:_full",
    "_index": "hodu.functional._generated.indexing:_index",
    "_index_fill": "hodu.functional._generated.index_update:_index_fill",
    "_index_put": "hodu.functional._generated.indexing:_index_put",
    "_instance_norm": "hodu.functional._generated.batch_norm:_instance_norm",
    "_integer_conv": "hodu.functional._generated.integer_products:_integer_conv",
    "_integer_matmul": "hodu.functional._generated.integer_products:_integer_matmul",
    "_linalg_cond": "hodu.ops.linalg_norms:_linalg_cond",
    "_linalg_cross": "hodu.ops.products:_linalg_cross",
    "_linalg_diagonal": "hodu.ops.diagonal:_linalg_diagonal",
    "_linalg_norm": "hodu.ops.linalg_norms:_linalg_norm",
    "_linspace": "hodu.functional._generated.ranges:_linspace",
    "_log_softmax": "hodu.functional._generated.softmax:_log_softmax",
    "_lp_pool": "hodu.functional._generated.lp_pooling:_lp_pool",
    "_max": "hodu.functional._generated.max_min:_max",
    "_max_pool": "hodu.functional._generated.max_pooling:_max_pool",
    "_max_pool_gradient": "hodu.functional._generated.max_pooling:_max_pool_gradient",
    "_max_pool_with_indices": "hodu.functional._generated.max_pooling:_max_pool_with_indices",
    "_max_unpool": "hodu.functional._generated.max_unpooling:_max_unpool",
    "_median": "hodu.functional._generated.quantiles:_median",
    "_min": "hodu.functional._generated.max_min:_min",
    "_nanmedian": "hodu.functional._generated.quantiles:_nanmedian",
    "_nn_celu": "hodu.ops.activation_inplace:_nn_celu",
    "_nn_elu": "hodu.ops.activation_inplace:_nn_elu",
    "_nn_hardsigmoid": "hodu.ops.activation_inplace:_nn_hardsigmoid",
    "_nn_hardswish": "hodu.ops.activation_inplace:_nn_hardswish",
    "_nn_hardtanh": "hodu.ops.activation_inplace:_nn_hardtanh",
    "_nn_leaky_relu": "hodu.ops.activation_inplace:_nn_leaky_relu",
    "_nn_mish": "hodu.ops.activation_inplace:_nn_mish",
    "_nn_relu": "hodu.ops.activation_inplace:_nn_relu",
    "_nn_relu6": "hodu.ops.activation_inplace:_nn_relu6",
    "_nn_selu": "hodu.ops.activation_inplace:_nn_selu",
    "_nn_silu": "hodu.ops.activation_inplace:_nn_silu",
    "_nn_threshold": "hodu.ops.activation_inplace:_nn_threshold",
    "_nonzero": "hodu.functional._generated.sets:_nonzero",
    "_norm": "hodu.functional._generated.norm:_norm",
    "_one_hot": "hodu.functional._generated.one_hot:_one_hot",
    "_pad": "hodu.functional._generated.pad:_pad",
    "_permute": "hodu.functional._generated.order:_permute",
    "_philox": "hodu.functional._generated.philox:_philox",
    "_quantize_linear": "hodu.functional._generated.quantization:_quantize_linear",
    "_reduce_window": "hodu.functional._generated.reduce_window:_reduce_window",
    "_repeat": "hodu.functional._generated.repeat:_repeat",
    "_repeat_interleave": "hodu.functional._generated.repeat:_repeat_interleave",
    "_requantize": "hodu.functional._generated.quantization:_requantize",
    "_reshape": "hodu.functional._generated.shape:_reshape",
    "_resize": "hodu.functional._generated.resize:_resize",
    "_roll": "hodu.functional._generated.order:_roll",
    "_scaled_dot_product_attention": "hodu.functional._generated.attention:_scaled_dot_product_attention",
    "_scan": "hodu.functional._generated.control_flow:_scan",
    "_scatter": "hodu.functional._generated.scatter:_scatter",
    "_searchsorted": "hodu.functional._generated.searching:_searchsorted",
    "_slice": "hodu.functional._generated.slicing:_slice",
    "_slice_put": "hodu.functional._generated.slicing:_slice_put",
    "_softmax": "hodu.functional._generated.softmax:_softmax",
    "_solve": "hodu.functional._generated.solvers:_solve",
    "_split": "hodu.functional._generated.split:_split",
    "_squeeze": "hodu.functional._generated.shape:_squeeze",
    "_std": "hodu.functional._generated.statistics:_std",
    "_sub": "hodu.functional._generated.arithmetic:_sub",
    "_trunc_divide": "hodu.functional._generated.division:_trunc_divide",
    "_unique": "hodu.functional._generated.sets:_unique",
    "_unique_consecutive": "hodu.functional._generated.sets:_unique_consecutive",
    "_var": "hodu.functional._generated.statistics:_var",
    "_view_dtype": "hodu.functional._generated.shape:_view_dtype",
    "_where": "hodu.functional._generated.select:_where",
    "_while_loop": "hodu.functional._generated.control_flow:_while_loop",
    "abs": "hodu.functional._generated.sign:abs",
    "absolute": "hodu.functional._generated.sign:abs",
    "acos": "hodu.functional._generated.trigonometry:acos",
    "acosh": "hodu.functional._generated.trigonometry:acosh",
    "adaptive_avg_pool1d": "hodu.ops.adaptive_pooling:adaptive_avg_pool1d",
    "adaptive_avg_pool2d": "hodu.ops.adaptive_pooling:adaptive_avg_pool2d",
    "adaptive_avg_pool3d": "hodu.ops.adaptive_pooling:adaptive_avg_pool3d",
    "adaptive_max_pool1d": "hodu.ops.adaptive_pooling:adaptive_max_pool1d",
    "adaptive_max_pool2d": "hodu.ops.adaptive_pooling:adaptive_max_pool2d",
    "adaptive_max_pool3d": "hodu.ops.adaptive_pooling:adaptive_max_pool3d",
    "add": "hodu.ops.arithmetic:add",
    "addcdiv": "hodu.functional._generated.arithmetic:addcdiv",
    "addcmul": "hodu.functional._generated.arithmetic:addcmul",
    "addmm": "hodu.functional._generated.linear:addmm",
    "affine_grid": "hodu.ops.grid_sample:affine_grid",
    "all": "hodu.functional._generated.reduction:all",
    "allclose": "hodu.ops.closeness:allclose",
    "alpha_dropout": "hodu.ops.feature_dropout:alpha_dropout",
    "amax": "hodu.functional._generated.max_min:amax",
    "amin": "hodu.functional._generated.max_min:amin",
    "aminmax": "hodu.functional._generated.max_min:aminmax",
    "any": "hodu.functional._generated.reduction:any",
    "arange": "hodu.ops.ranges:arange",
    "arccos": "hodu.functional._generated.trigonometry:acos",
    "arccosh": "hodu.functional._generated.trigonometry:acosh",
    "arcsin": "hodu.functional._generated.trigonometry:asin",
    "arcsinh": "hodu.functional._generated.trigonometry:asinh",
    "arctan": "hodu.functional._generated.trigonometry:atan",
    "arctan2": "hodu.functional._generated.trigonometry:atan2",
    "arctanh": "hodu.functional._generated.trigonometry:atanh",
    "argmax": "hodu.functional._generated.max_min:argmax",
    "argmin": "hodu.functional._generated.max_min:argmin",
    "argsort": "hodu.functional._generated.sorting:argsort",
    "argwhere": "hodu.ops.sets:argwhere",
    "as_strided": "hodu.ops.strided:as_strided",
    "as_tensor": "hodu.ops.creation:as_tensor",
    "asarray": "hodu.ops.creation:asarray",
    "asin": "hodu.functional._generated.trigonometry:asin",
    "asinh": "hodu.functional._generated.trigonometry:asinh",
    "atan": "hodu.functional._generated.trigonometry:atan",
    "atan2": "hodu.functional._generated.trigonometry:atan2",
    "atanh": "hodu.functional._generated.trigonometry:atanh",
    "atleast_1d": "hodu.ops.join:atleast_1d",
    "atleast_2d": "hodu.ops.join:atleast_2d",
    "atleast_3d": "hodu.ops.join:atleast_3d",
    "avg_pool1d": "hodu.ops.avg_pooling:avg_pool1d",
    "avg_pool2d": "hodu.ops.avg_pooling:avg_pool2d",
    "avg_pool3d": "hodu.ops.avg_pooling:avg_pool3d",
    "baddbmm": "hodu.functional._generated.linear:baddbmm",
    "batch_norm": "hodu.ops.batch_norm:batch_norm",
    "bernoulli": "hodu.ops.random_choices:bernoulli",
    "bilinear": "hodu.functional._generated.linear:bilinear",
    "binary_cross_entropy": "hodu.ops.losses_classes:binary_cross_entropy",
    "binary_cross_entropy_with_logits": "hodu.ops.losses_classes:binary_cross_entropy_with_logits",
    "bincount": "hodu.functional._generated.counting:bincount",
    "bitwise_and": "hodu.functional._generated.bitwise:bitwise_and",
    "bitwise_left_shift": "hodu.functional._generated.bitwise:bitwise_left_shift",
    "bitwise_not": "hodu.functional._generated.bitwise:bitwise_not",
    "bitwise_or": "hodu.functional._generated.bitwise:bitwise_or",
    "bitwise_right_shift": "hodu.functional._generated.bitwise:bitwise_right_shift",
    "bitwise_xor": "hodu.functional._generated.bitwise:bitwise_xor",
    "block_diag": "hodu.ops.join:block_diag",
    "bmm": "hodu.ops.matmul:bmm",
    "broadcast_shapes": "hodu.ops.queries:broadcast_shapes",
    "broadcast_tensors": "hodu.ops.repeat:broadcast_tensors",
    "broadcast_to": "hodu.ops.repeat:broadcast_to",
    "bucketize": "hodu.ops.searching:bucketize",
    "cartesian_prod": "hodu.ops.ranges:cartesian_prod",
    "cast": "hodu.functional._generated.cast:cast",
    "cat": "hodu.functional._generated.join:cat",
    "ceil": "hodu.functional._generated.rounding:ceil",
    "celu": "hodu.functional._generated.activation:celu",
    "channel_shuffle": "hodu.functional._generated.pixel_shuffle:channel_shuffle",
    "cholesky": "hodu.functional._generated.decompositions:cholesky",
    "cholesky_solve": "hodu.ops.solvers:cholesky_solve",
    "chunk": "hodu.ops.split:chunk",
    "clamp": "hodu.functional._generated.extrema:clamp",
    "clamp_max": "hodu.ops.extrema:clamp_max",
    "clamp_min": "hodu.ops.extrema:clamp_min",
    "clip": "hodu.functional._generated.extrema:clamp",
    "clone": "hodu.functional._generated.cast:clone",
    "col2im": "hodu.functional._generated.fold:col2im",
    "column_stack": "hodu.ops.join:column_stack",
    "compress": "hodu.functional._generated.masking:compress",
    "concat": "hodu.ops.join:concat",
    "concatenate": "hodu.ops.join:concatenate",
    "cond": "hodu.ops.control:cond",
    "contiguous": "hodu.ops.shape:contiguous",
    "conv1d": "hodu.ops.conv:conv1d",
    "conv2d": "hodu.ops.conv:conv2d",
    "conv3d": "hodu.ops.conv:conv3d",
    "conv_transpose1d": "hodu.ops.conv_transpose:conv_transpose1d",
    "conv_transpose2d": "hodu.ops.conv_transpose:conv_transpose2d",
    "conv_transpose3d": "hodu.ops.conv_transpose:conv_transpose3d",
    "corrcoef": "hodu.ops.covariance:corrcoef",
    "cos": "hodu.functional._generated.trigonometry:cos",
    "cosh": "hodu.functional._generated.trigonometry:cosh",
    "cosine_embedding_loss": "hodu.ops.losses_margin:cosine_embedding_loss",
    "cosine_similarity": "hodu.ops.distances:cosine_similarity",
    "count_nonzero": "hodu.functional._generated.reduction:count_nonzero",
    "cov": "hodu.ops.covariance:cov",
    "cross": "hodu.ops.products:cross",
    "cross_entropy": "hodu.ops.losses_classes:cross_entropy",
    "ctc_loss": "hodu.ops.losses_ctc:ctc_loss",
    "cummax": "hodu.functional._generated.cumulative:cummax",
    "cummin": "hodu.functional._generated.cumulative:cummin",
    "cumprod": "hodu.functional._generated.cumulative:cumprod",
    "cumsum": "hodu.functional._generated.cumulative:cumsum",
    "cumulative_trapezoid": "hodu.ops.cumulative:cumulative_trapezoid",
    "det": "hodu.functional._generated.solvers:det",
    "diag": "hodu.ops.diagonal:diag",
    "diag_embed": "hodu.functional._generated.diagonal:diag_embed",
    "diagflat": "hodu.ops.diagonal:diagflat",
    "diagonal": "hodu.functional._generated.diagonal:diagonal",
    "diff": "hodu.functional._generated.cumulative:diff",
    "div": "hodu.ops.arithmetic:div",
    "divide": "hodu.ops.arithmetic:div",
    "dot": "hodu.ops.matmul:dot",
    "dropout": "hodu.ops.random_choices:dropout",
    "dropout1d": "hodu.ops.feature_dropout:dropout1d",
    "dropout2d": "hodu.ops.feature_dropout:dropout2d",
    "dropout3d": "hodu.ops.feature_dropout:dropout3d",
    "dsplit": "hodu.ops.split:dsplit",
    "dstack": "hodu.ops.join:dstack",
    "eigh": "hodu.functional._generated.decompositions:eigh",
    "eigvalsh": "hodu.ops.decompositions:eigvalsh",
    "einsum": "hodu.ops.einsum:einsum",
    "elu": "hodu.functional._generated.activation:elu",
    "embedding": "hodu.ops.embedding:embedding",
    "embedding_bag": "hodu.ops.embedding_bag:embedding_bag",
    "empty": "hodu.ops.filled:empty",
    "empty_like": "hodu.ops.filled:empty_like",
    "eq": "hodu.functional._generated.comparison:eq",
    "equal": "hodu.ops.closeness:equal",
    "erf": "hodu.functional._generated.special:erf",
    "erfc": "hodu.functional._generated.special:erfc",
    "erfinv": "hodu.functional._generated.special:erfinv",
    "exp": "hodu.functional._generated.exponential:exp",
    "exp2": "hodu.functional._generated.exponential:exp2",
    "expand": "hodu.ops.repeat:expand",
    "expand_as": "hodu.ops.repeat:expand_as",
    "expm1": "hodu.functional._generated.exponential:expm1",
    "eye": "hodu.ops.triangle:eye",
    "feature_alpha_dropout": "hodu.ops.feature_dropout:feature_alpha_dropout",
    "fix": "hodu.functional._generated.rounding:trunc",
    "flatten": "hodu.ops.shape:flatten",
    "flip": "hodu.ops.order:flip",
    "fliplr": "hodu.ops.order:fliplr",
    "flipud": "hodu.ops.order:flipud",
    "floor": "hodu.functional._generated.rounding:floor",
    "floor_divide": "hodu.functional._generated.division:floor_divide",
    "fmax": "hodu.functional._generated.extrema:fmax",
    "fmin": "hodu.functional._generated.extrema:fmin",
    "fmod": "hodu.functional._generated.division:fmod",
    "frac": "hodu.functional._generated.rounding:frac",
    "fractional_max_pool2d": "hodu.ops.fractional_pooling:fractional_max_pool2d",
    "fractional_max_pool3d": "hodu.ops.fractional_pooling:fractional_max_pool3d",
    "from_dlpack": "hodu.ops.exchange:from_dlpack",
    "from_numpy": "hodu.ops.exchange:from_numpy",
    "frombuffer": "hodu.ops.exchange:frombuffer",
    "full": "hodu.ops.filled:full",
    "full_like": "hodu.ops.filled:full_like",
    "gather": "hodu.functional._generated.gather:gather",
    "gather_nd": "hodu.functional._generated.gather:gather_nd",
    "gaussian_nll_loss": "hodu.ops.losses_regression:gaussian_nll_loss",
    "ge": "hodu.functional._generated.comparison:ge",
    "gelu": "hodu.functional._generated.activation:gelu",
    "getitem": "hodu.ops.indexing:getitem",
    "glu": "hodu.functional._generated.gating:glu",
    "greater": "hodu.functional._generated.comparison:gt",
    "greater_equal": "hodu.functional._generated.comparison:ge",
    "grid_sample": "hodu.functional._generated.grid_sample:grid_sample",
    "group_norm": "hodu.functional._generated.normalization:group_norm",
    "gru_layer": "hodu.functional._generated.recurrent:gru_layer",
    "gt": "hodu.functional._generated.comparison:gt",
    "gumbel_softmax": "hodu.ops.gumbel:gumbel_softmax",
    "hardshrink": "hodu.functional._generated.rectifiers:hardshrink",
    "hardsigmoid": "hodu.functional._generated.rectifiers:hardsigmoid",
    "hardswish": "hodu.functional._generated.rectifiers:hardswish",
    "hardtanh": "hodu.functional._generated.rectifiers:hardtanh",
    "hinge_embedding_loss": "hodu.ops.losses_margin:hinge_embedding_loss",
    "histc": "hodu.functional._generated.counting:histc",
    "hsplit": "hodu.ops.split:hsplit",
    "hstack": "hodu.ops.join:hstack",
    "huber_loss": "hodu.ops.losses_regression:huber_loss",
    "hypot": "hodu.functional._generated.trigonometry:hypot",
    "im2col": "hodu.functional._generated.fold:im2col",
    "index_add": "hodu.functional._generated.index_update:index_add",
    "index_copy": "hodu.functional._generated.index_update:index_copy",
    "index_fill": "hodu.ops.index_update:index_fill",
    "index_put": "hodu.ops.indexing:index_put",
    "index_select": "hodu.functional._generated.gather:index_select",
    "inner": "hodu.ops.matmul:inner",
    "instance_norm": "hodu.ops.batch_norm:instance_norm",
    "interpolate": "hodu.ops.interpolate:interpolate",
    "inv": "hodu.functional._generated.solvers:inverse",
    "inverse": "hodu.functional._generated.solvers:inverse",
    "is_floating_point": "hodu.ops.queries:is_floating_point",
    "is_tensor": "hodu.ops.queries:is_tensor",
    "isclose": "hodu.functional._generated.closeness:isclose",
    "isfinite": "hodu.functional._generated.nonfinite:isfinite",
    "isinf": "hodu.functional._generated.nonfinite:isinf",
    "isnan": "hodu.functional._generated.nonfinite:isnan",
    "kl_div": "hodu.ops.losses_regression:kl_div",
    "kron": "hodu.functional._generated.products:kron",
    "kthvalue": "hodu.functional._generated.sorting:kthvalue",
    "l1_loss": "hodu.ops.losses_regression:l1_loss",
    "layer_norm": "hodu.functional._generated.normalization:layer_norm",
    "le": "hodu.functional._generated.comparison:le",
    "leaky_relu": "hodu.functional._generated.rectifiers:leaky_relu",
    "lerp": "hodu.functional._generated.select:lerp",
    "less": "hodu.functional._generated.comparison:lt",
    "less_equal": "hodu.functional._generated.comparison:le",
    "linear": "hodu.functional._generated.linear:linear",
    "linspace": "hodu.ops.ranges:linspace",
    "local_response_norm": "hodu.functional._generated.local_norm:local_response_norm",
    "log": "hodu.functional._generated.exponential:log",
    "log10": "hodu.functional._generated.exponential:log10",
    "log1p": "hodu.functional._generated.exponential:log1p",
    "log2": "hodu.functional._generated.exponential:log2",
    "log_sigmoid": "hodu.functional._generated.activation:log_sigmoid",
    "log_softmax": "hodu.ops.softmax:log_softmax",
    "logaddexp": "hodu.functional._generated.exponential:logaddexp",
    "logcumsumexp": "hodu.functional._generated.cumulative:logcumsumexp",
    "logdet": "hodu.ops.solvers:logdet",
    "logical_and": "hodu.functional._generated.logical:logical_and",
    "logical_not": "hodu.functional._generated.logical:logical_not",
    "logical_or": "hodu.functional._generated.logical:logical_or",
    "logical_xor": "hodu.functional._generated.logical:logical_xor",
    "logit": "hodu.functional._generated.special:logit",
    "logsigmoid": "hodu.ops.activation:logsigmoid",
    "logspace": "hodu.ops.ranges:logspace",
    "logsumexp": "hodu.functional._generated.softmax:logsumexp",
    "lp_pool1d": "hodu.ops.lp_pooling:lp_pool1d",
    "lp_pool2d": "hodu.ops.lp_pooling:lp_pool2d",
    "lp_pool3d": "hodu.ops.lp_pooling:lp_pool3d",
    "lstm_layer": "hodu.functional._generated.lstm:lstm_layer",
    "lstsq": "hodu.functional._generated.solvers:lstsq",
    "lt": "hodu.functional._generated.comparison:lt",
    "lu": "hodu.functional._generated.lu:lu",
    "lu_factor": "hodu.functional._generated.lu:lu_factor",
    "margin_ranking_loss": "hodu.ops.losses_margin:margin_ranking_loss",
    "masked_fill": "hodu.ops.select:masked_fill",
    "masked_scatter": "hodu.functional._generated.masking:masked_scatter",
    "masked_select": "hodu.functional._generated.masking:masked_select",
    "matmul": "hodu.functional._generated.matmul:matmul",
    "matrix_exp": "hodu.functional._generated.matrix_functions:matrix_exp",
    "matrix_norm": "hodu.ops.linalg_norms:matrix_norm",
    "matrix_power": "hodu.functional._generated.matrix_functions:matrix_power",
    "matrix_rank": "hodu.functional._generated.matrix_functions:matrix_rank",
    "max": "hodu.ops.max_min:max_",
    "max_pool1d": "hodu.ops.max_pooling:max_pool1d",
    "max_pool2d": "hodu.ops.max_pooling:max_pool2d",
    "max_pool3d": "hodu.ops.max_pooling:max_pool3d",
    "max_unpool1d": "hodu.ops.max_unpooling:max_unpool1d",
    "max_unpool2d": "hodu.ops.max_unpooling:max_unpool2d",
    "max_unpool3d": "hodu.ops.max_unpooling:max_unpool3d",
    "maximum": "hodu.functional._generated.extrema:maximum",
    "mean": "hodu.functional._generated.reduction:mean",
    "median": "hodu.ops.quantiles:median",
    "meshgrid": "hodu.ops.ranges:meshgrid",
    "min": "hodu.ops.max_min:min_",
    "minimum": "hodu.functional._generated.extrema:minimum",
    "mish": "hodu.functional._generated.activation:mish",
    "mm": "hodu.ops.matmul:mm",
    "mode": "hodu.functional._generated.quantiles:mode",
    "moveaxis": "hodu.ops.order:moveaxis",
    "movedim": "hodu.ops.order:movedim",
    "mse_loss": "hodu.ops.losses_regression:mse_loss",
    "msort": "hodu.ops.sorting:msort",
    "mul": "hodu.functional._generated.arithmetic:mul",
    "multi_dot": "hodu.ops.products:multi_dot",
    "multi_head_attention_forward": "hodu.ops.multihead_attention:multi_head_attention_forward",
    "multi_margin_loss": "hodu.ops.losses_margin:multi_margin_loss",
    "multilabel_margin_loss": "hodu.ops.losses_margin:multilabel_margin_loss",
    "multilabel_soft_margin_loss": "hodu.ops.losses_margin:multilabel_soft_margin_loss",
    "multinomial": "hodu.ops.random_choices:multinomial",
    "multiply": "hodu.functional._generated.arithmetic:mul",
    "mv": "hodu.ops.matmul:mv",
    "nan_to_num": "hodu.functional._generated.nonfinite:nan_to_num",
    "nanmean": "hodu.functional._generated.reduction:nanmean",
    "nanmedian": "hodu.ops.quantiles:nanmedian",
    "nanquantile": "hodu.functional._generated.quantiles:nanquantile",
    "nansum": "hodu.functional._generated.reduction:nansum",
    "narrow": "hodu.ops.slicing:narrow",
    "ne": "hodu.functional._generated.comparison:ne",
    "neg": "hodu.functional._generated.sign:neg",
    "negative": "hodu.functional._generated.sign:neg",
    "new_empty": "hodu.ops.filled:new_empty",
    "new_full": "hodu.ops.filled:new_full",
    "new_ones": "hodu.ops.filled:new_ones",
    "new_tensor": "hodu.ops.creation:new_tensor",
    "new_zeros": "hodu.ops.filled:new_zeros",
    "nll_loss": "hodu.ops.losses_classes:nll_loss",
    "nonzero": "hodu.ops.sets:nonzero",
    "norm": "hodu.ops.norm:norm",
    "normal": "hodu.ops.random:normal",
    "normalize": "hodu.functional._generated.local_norm:normalize",
    "not_equal": "hodu.functional._generated.comparison:ne",
    "numel": "hodu.ops.shape:numel",
    "one_hot": "hodu.ops.one_hot:one_hot",
    "ones": "hodu.ops.filled:ones",
    "ones_like": "hodu.ops.filled:ones_like",
    "outer": "hodu.ops.matmul:outer",
    "pad": "hodu.ops.pad:pad",
    "pairwise_distance": "hodu.ops.distances:pairwise_distance",
    "pdist": "hodu.ops.distances:pdist",
    "permute": "hodu.ops.order:permute",
    "pinv": "hodu.functional._generated.matrix_functions:pinv",
    "pinverse": "hodu.ops.matrix_functions:pinverse",
    "pixel_shuffle": "hodu.functional._generated.pixel_shuffle:pixel_shuffle",
    "pixel_unshuffle": "hodu.functional._generated.pixel_shuffle:pixel_unshuffle",
    "poisson_nll_loss": "hodu.ops.losses_regression:poisson_nll_loss",
    "pow": "hodu.functional._generated.powers:pow",
    "prelu": "hodu.functional._generated.rectifiers:prelu",
    "prod": "hodu.functional._generated.reduction:prod",
    "promote_types": "hodu.ops.queries:promote_types",
    "put": "hodu.functional._generated.index_update:put",
    "qr": "hodu.functional._generated.decompositions:qr",
    "quantile": "hodu.functional._generated.quantiles:quantile",
    "rand": "hodu.ops.random:rand",
    "rand_like": "hodu.ops.random:rand_like",
    "randint": "hodu.ops.random_integers:randint",
    "randint_like": "hodu.ops.random_integers:randint_like",
    "randn": "hodu.ops.random:randn",
    "randn_like": "hodu.ops.random:randn_like",
    "randperm": "hodu.ops.random_integers:randperm",
    "ravel": "hodu.ops.shape:ravel",
    "reciprocal": "hodu.functional._generated.powers:reciprocal",
    "reduce_window": "hodu.ops.reduce_window:reduce_window",
    "relu": "hodu.functional._generated.rectifiers:relu",
    "relu6": "hodu.functional._generated.rectifiers:relu6",
    "remainder": "hodu.functional._generated.division:remainder",
    "repeat": "hodu.ops.repeat:repeat",
    "repeat_interleave": "hodu.ops.repeat:repeat_interleave",
    "reshape": "hodu.ops.shape:reshape",
    "reshape_as": "hodu.ops.shape:reshape_as",
    "result_type": "hodu.ops.queries:result_type",
    "rms_norm": "hodu.functional._generated.normalization:rms_norm",
    "rnn_layer": "hodu.functional._generated.recurrent:rnn_layer",
    "roll": "hodu.ops.order:roll",
    "rot90": "hodu.ops.order:rot90",
    "round": "hodu.functional._generated.rounding:round",
    "rrelu": "hodu.ops.random_choices:rrelu",
    "rsqrt": "hodu.functional._generated.powers:rsqrt",
    "rsub": "hodu.ops.arithmetic:rsub",
    "scaled_dot_product_attention": "hodu.ops.attention:scaled_dot_product_attention",
    "scan": "hodu.ops.control:scan",
    "scatter": "hodu.ops.scatter:scatter",
    "scatter_add": "hodu.functional._generated.scatter:scatter_add",
    "scatter_nd": "hodu.functional._generated.scatter:scatter_nd",
    "scatter_reduce": "hodu.functional._generated.scatter:scatter_reduce",
    "searchsorted": "hodu.ops.searching:searchsorted",
    "select": "hodu.ops.slicing:select",
    "selu": "hodu.functional._generated.activation:selu",
    "setitem": "hodu.ops.indexing:setitem",
    "sgn": "hodu.functional._generated.sign:sign",
    "sigmoid": "hodu.functional._generated.special:sigmoid",
    "sign": "hodu.functional._generated.sign:sign",
    "silu": "hodu.functional._generated.activation:silu",
    "sin": "hodu.functional._generated.trigonometry:sin",
    "sinh": "hodu.functional._generated.trigonometry:sinh",
    "slogdet": "hodu.functional._generated.solvers:slogdet",
    "smooth_l1_loss": "hodu.ops.losses_regression:smooth_l1_loss",
    "soft_margin_loss": "hodu.ops.losses_margin:soft_margin_loss",
    "softmax": "hodu.ops.softmax:softmax",
    "softmin": "hodu.ops.softmax:softmin",
    "softplus": "hodu.functional._generated.activation:softplus",
    "softshrink": "hodu.functional._generated.rectifiers:softshrink",
    "softsign": "hodu.functional._generated.activation:softsign",
    "solve": "hodu.ops.solvers:solve",
    "solve_triangular": "hodu.functional._generated.solvers:solve_triangular",
    "sort": "hodu.functional._generated.sorting:sort",
    "split": "hodu.ops.split:split",
    "sqrt": "hodu.functional._generated.powers:sqrt",
    "square": "hodu.functional._generated.powers:square",
    "squeeze": "hodu.ops.shape:squeeze",
    "stack": "hodu.functional._generated.join:stack",
    "std": "hodu.ops.statistics:std",
    "std_mean": "hodu.ops.statistics:std_mean",
    "sub": "hodu.ops.arithmetic:sub",
    "subtract": "hodu.ops.arithmetic:sub",
    "sum": "hodu.functional._generated.reduction:sum",
    "svd": "hodu.functional._generated.decompositions:svd",
    "svdvals": "hodu.ops.decompositions:svdvals",
    "swapaxes": "hodu.ops.order:swapaxes",
    "swapdims": "hodu.ops.order:swapdims",
    "t": "hodu.ops.order:t",
    "take": "hodu.functional._generated.gather:take",
    "take_along_dim": "hodu.functional._generated.gather:take_along_dim",
    "tan": "hodu.functional._generated.trigonometry:tan",
    "tanh": "hodu.functional._generated.trigonometry:tanh",
    "tanhshrink": "hodu.functional._generated.activation:tanhshrink",
    "tensor": "hodu.ops.creation:tensor",
    "tensor_split": "hodu.ops.split:tensor_split",
    "tensordot": "hodu.ops.products:tensordot",
    "threshold": "hodu.functional._generated.rectifiers:threshold",
    "tile": "hodu.ops.repeat:tile",
    "to": "hodu.ops.cast:to",
    "topk": "hodu.functional._generated.sorting:topk",
    "trace": "hodu.functional._generated.diagonal:trace",
    "transpose": "hodu.ops.order:transpose",
    "trapezoid": "hodu.ops.cumulative:trapezoid",
    "tril": "hodu.functional._generated.triangle:tril",
    "tril_indices": "hodu.ops.triangle:tril_indices",
    "triplet_margin_loss": "hodu.ops.losses_margin:triplet_margin_loss",
    "triplet_margin_with_distance_loss": "hodu.ops.losses_margin:triplet_margin_with_distance_loss",
    "triu": "hodu.functional._generated.triangle:triu",
    "triu_indices": "hodu.ops.triangle:triu_indices",
    "true_divide": "hodu.ops.arithmetic:div",
    "trunc": "hodu.functional._generated.rounding:trunc",
    "unbind": "hodu.ops.split:unbind",
    "unflatten": "hodu.ops.shape:unflatten",
    "unfold": "hodu.functional._generated.strided:unfold",
    "uniform": "hodu.ops.random:uniform",
    "unique": "hodu.ops.sets:unique",
    "unique_consecutive": "hodu.ops.sets:unique_consecutive",
    "unsqueeze": "hodu.functional._generated.shape:unsqueeze",
    "upsample": "hodu.ops.interpolate:upsample",
    "var": "hodu.ops.statistics:var",
    "var_mean": "hodu.ops.statistics:var_mean",
    "vdot": "hodu.ops.matmul:vdot",
    "vecdot": "hodu.ops.products:vecdot",
    "vector_norm": "hodu.ops.linalg_norms:vector_norm",
    "view": "hodu.ops.shape:view",
    "view_as": "hodu.ops.shape:view_as",
    "vsplit": "hodu.ops.split:vsplit",
    "vstack": "hodu.ops.join:vstack",
    "where": "hodu.ops.select:where",
    "while_loop": "hodu.ops.control:while_loop",
    "zeros": "hodu.ops.filled:zeros",
    "zeros_like": "hodu.ops.filled:zeros_like",
}
attach(__name__, _HOMES)
F.bind(sys.modules[__name__])
