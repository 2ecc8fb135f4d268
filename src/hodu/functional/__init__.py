"""Every public function, by the name that users call it.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

import hodu.ops._families  # noqa: F401
from hodu.functional._activation import celu as celu
from hodu.functional._activation import elu as elu
from hodu.functional._activation import gelu as gelu
from hodu.functional._activation import log_sigmoid as log_sigmoid
from hodu.functional._activation import mish as mish
from hodu.functional._activation import selu as selu
from hodu.functional._activation import silu as silu
from hodu.functional._activation import softplus as softplus
from hodu.functional._activation import softsign as softsign
from hodu.functional._activation import tanhshrink as tanhshrink
from hodu.functional._adaptive_pooling import _adaptive_avg_pool as _adaptive_avg_pool
from hodu.functional._adaptive_pooling import _adaptive_max_pool as _adaptive_max_pool
from hodu.functional._arithmetic import _add as _add
from hodu.functional._arithmetic import _div as _div
from hodu.functional._arithmetic import _sub as _sub
from hodu.functional._arithmetic import addcdiv as addcdiv
from hodu.functional._arithmetic import addcmul as addcmul
from hodu.functional._arithmetic import mul as mul
from hodu.functional._arithmetic import mul as multiply
from hodu.functional._attention import (
    _scaled_dot_product_attention as _scaled_dot_product_attention,
)
from hodu.functional._avg_pooling import _avg_pool as _avg_pool
from hodu.functional._avg_pooling import _lp_pool as _lp_pool
from hodu.functional._batch_norm import _batch_norm_inference as _batch_norm_inference
from hodu.functional._batch_norm import _batch_norm_training as _batch_norm_training
from hodu.functional._batch_norm import _instance_norm as _instance_norm
from hodu.functional._bitwise import bitwise_and as bitwise_and
from hodu.functional._bitwise import bitwise_left_shift as bitwise_left_shift
from hodu.functional._bitwise import bitwise_not as bitwise_not
from hodu.functional._bitwise import bitwise_or as bitwise_or
from hodu.functional._bitwise import bitwise_right_shift as bitwise_right_shift
from hodu.functional._bitwise import bitwise_xor as bitwise_xor
from hodu.functional._cast import cast as cast
from hodu.functional._cast import clone as clone
from hodu.functional._closeness import isclose as isclose
from hodu.functional._comparison import eq as eq
from hodu.functional._comparison import ge as ge
from hodu.functional._comparison import ge as greater_equal
from hodu.functional._comparison import gt as greater
from hodu.functional._comparison import gt as gt
from hodu.functional._comparison import le as le
from hodu.functional._comparison import le as less_equal
from hodu.functional._comparison import lt as less
from hodu.functional._comparison import lt as lt
from hodu.functional._comparison import ne as ne
from hodu.functional._comparison import ne as not_equal
from hodu.functional._control_flow import _cond as _cond
from hodu.functional._control_flow import _scan as _scan
from hodu.functional._control_flow import _while_loop as _while_loop
from hodu.functional._conv import _conv as _conv
from hodu.functional._conv_transpose import _conv_transpose as _conv_transpose
from hodu.functional._counting import bincount as bincount
from hodu.functional._counting import histc as histc
from hodu.functional._cumulative import cummax as cummax
from hodu.functional._cumulative import cummin as cummin
from hodu.functional._cumulative import cumprod as cumprod
from hodu.functional._cumulative import cumsum as cumsum
from hodu.functional._cumulative import diff as diff
from hodu.functional._cumulative import logcumsumexp as logcumsumexp
from hodu.functional._decompositions import cholesky as cholesky
from hodu.functional._decompositions import eigh as eigh
from hodu.functional._decompositions import qr as qr
from hodu.functional._decompositions import svd as svd
from hodu.functional._diagonal import diag_embed as diag_embed
from hodu.functional._diagonal import diagonal as diagonal
from hodu.functional._diagonal import trace as trace
from hodu.functional._division import _trunc_divide as _trunc_divide
from hodu.functional._division import floor_divide as floor_divide
from hodu.functional._division import fmod as fmod
from hodu.functional._division import remainder as remainder
from hodu.functional._einsum import _einsum as _einsum
from hodu.functional._exponential import exp as exp
from hodu.functional._exponential import exp2 as exp2
from hodu.functional._exponential import expm1 as expm1
from hodu.functional._exponential import log as log
from hodu.functional._exponential import log1p as log1p
from hodu.functional._exponential import log2 as log2
from hodu.functional._exponential import log10 as log10
from hodu.functional._exponential import logaddexp as logaddexp
from hodu.functional._extent import _dims as _dims
from hodu.functional._extrema import clamp as clamp
from hodu.functional._extrema import clamp as clip
from hodu.functional._extrema import fmax as fmax
from hodu.functional._extrema import fmin as fmin
from hodu.functional._extrema import maximum as maximum
from hodu.functional._extrema import minimum as minimum
from hodu.functional._filled import _full as _full
from hodu.functional._fold import col2im as col2im
from hodu.functional._fold import im2col as im2col
from hodu.functional._fractional_pooling import _fractional_max_pool as _fractional_max_pool
from hodu.functional._gather import _gather_nd as _gather_nd
from hodu.functional._gather import compress as compress
from hodu.functional._gather import embedding as embedding
from hodu.functional._gather import gather as gather
from hodu.functional._gather import index_select as index_select
from hodu.functional._gather import masked_select as masked_select
from hodu.functional._gather import take as take
from hodu.functional._gather import take_along_dim as take_along_dim
from hodu.functional._grid_sample import _affine_base_grid as _affine_base_grid
from hodu.functional._grid_sample import grid_sample as grid_sample
from hodu.functional._index_update import _index_fill as _index_fill
from hodu.functional._index_update import index_add as index_add
from hodu.functional._index_update import index_copy as index_copy
from hodu.functional._index_update import masked_scatter as masked_scatter
from hodu.functional._index_update import put as put
from hodu.functional._indexing import _index as _index
from hodu.functional._indexing import _index_put as _index_put
from hodu.functional._join import cat as cat
from hodu.functional._join import stack as stack
from hodu.functional._linear import addmm as addmm
from hodu.functional._linear import baddbmm as baddbmm
from hodu.functional._linear import bilinear as bilinear
from hodu.functional._linear import linear as linear
from hodu.functional._logical import logical_and as logical_and
from hodu.functional._logical import logical_not as logical_not
from hodu.functional._logical import logical_or as logical_or
from hodu.functional._logical import logical_xor as logical_xor
from hodu.functional._lu import lu as lu
from hodu.functional._lu import lu_factor as lu_factor
from hodu.functional._matmul import matmul as matmul
from hodu.functional._matrix_functions import matrix_exp as matrix_exp
from hodu.functional._matrix_functions import matrix_power as matrix_power
from hodu.functional._matrix_functions import matrix_rank as matrix_rank
from hodu.functional._matrix_functions import pinv as pinv
from hodu.functional._max_min import _max as _max
from hodu.functional._max_min import _min as _min
from hodu.functional._max_min import amax as amax
from hodu.functional._max_min import amin as amin
from hodu.functional._max_min import aminmax as aminmax
from hodu.functional._max_min import argmax as argmax
from hodu.functional._max_min import argmin as argmin
from hodu.functional._max_pooling import _max_pool as _max_pool
from hodu.functional._max_pooling import _max_pool_with_indices as _max_pool_with_indices
from hodu.functional._max_unpooling import _max_unpool as _max_unpool
from hodu.functional._nonfinite import isfinite as isfinite
from hodu.functional._nonfinite import isinf as isinf
from hodu.functional._nonfinite import isnan as isnan
from hodu.functional._nonfinite import nan_to_num as nan_to_num
from hodu.functional._norm import _norm as _norm
from hodu.functional._normalization import group_norm as group_norm
from hodu.functional._normalization import layer_norm as layer_norm
from hodu.functional._normalization import local_response_norm as local_response_norm
from hodu.functional._normalization import normalize as normalize
from hodu.functional._normalization import rms_norm as rms_norm
from hodu.functional._one_hot import _one_hot as _one_hot
from hodu.functional._order import _flip as _flip
from hodu.functional._order import _permute as _permute
from hodu.functional._order import _roll as _roll
from hodu.functional._pad import _pad as _pad
from hodu.functional._philox import _philox as _philox
from hodu.functional._pixel_shuffle import channel_shuffle as channel_shuffle
from hodu.functional._pixel_shuffle import pixel_shuffle as pixel_shuffle
from hodu.functional._pixel_shuffle import pixel_unshuffle as pixel_unshuffle
from hodu.functional._powers import pow as pow
from hodu.functional._powers import reciprocal as reciprocal
from hodu.functional._powers import rsqrt as rsqrt
from hodu.functional._powers import sqrt as sqrt
from hodu.functional._powers import square as square
from hodu.functional._products import _cross as _cross
from hodu.functional._products import kron as kron
from hodu.functional._quantiles import _median as _median
from hodu.functional._quantiles import _nanmedian as _nanmedian
from hodu.functional._quantiles import mode as mode
from hodu.functional._quantiles import nanquantile as nanquantile
from hodu.functional._quantiles import quantile as quantile
from hodu.functional._ranges import _arange as _arange
from hodu.functional._ranges import _linspace as _linspace
from hodu.functional._rectifiers import hardshrink as hardshrink
from hodu.functional._rectifiers import hardsigmoid as hardsigmoid
from hodu.functional._rectifiers import hardswish as hardswish
from hodu.functional._rectifiers import hardtanh as hardtanh
from hodu.functional._rectifiers import leaky_relu as leaky_relu
from hodu.functional._rectifiers import prelu as prelu
from hodu.functional._rectifiers import relu as relu
from hodu.functional._rectifiers import relu6 as relu6
from hodu.functional._rectifiers import softshrink as softshrink
from hodu.functional._rectifiers import threshold as threshold
from hodu.functional._recurrent import gru_layer as gru_layer
from hodu.functional._recurrent import lstm_layer as lstm_layer
from hodu.functional._recurrent import rnn_layer as rnn_layer
from hodu.functional._reduce_window import _reduce_window as _reduce_window
from hodu.functional._reduction import all as all
from hodu.functional._reduction import any as any
from hodu.functional._reduction import count_nonzero as count_nonzero
from hodu.functional._reduction import mean as mean
from hodu.functional._reduction import nanmean as nanmean
from hodu.functional._reduction import nansum as nansum
from hodu.functional._reduction import prod as prod
from hodu.functional._reduction import sum as sum
from hodu.functional._repeat import _expand as _expand
from hodu.functional._repeat import _repeat as _repeat
from hodu.functional._repeat import _repeat_interleave as _repeat_interleave
from hodu.functional._resize import _resize as _resize
from hodu.functional._rounding import ceil as ceil
from hodu.functional._rounding import floor as floor
from hodu.functional._rounding import frac as frac
from hodu.functional._rounding import round as round
from hodu.functional._rounding import trunc as fix
from hodu.functional._rounding import trunc as trunc
from hodu.functional._scatter import _scatter as _scatter
from hodu.functional._scatter import _scatter_nd as _scatter_nd
from hodu.functional._scatter import scatter_add as scatter_add
from hodu.functional._scatter import scatter_reduce as scatter_reduce
from hodu.functional._searching import _searchsorted as _searchsorted
from hodu.functional._select import _where as _where
from hodu.functional._select import lerp as lerp
from hodu.functional._sets import _nonzero as _nonzero
from hodu.functional._sets import _unique as _unique
from hodu.functional._sets import _unique_consecutive as _unique_consecutive
from hodu.functional._shape import _reshape as _reshape
from hodu.functional._shape import _squeeze as _squeeze
from hodu.functional._shape import _view_dtype as _view_dtype
from hodu.functional._shape import unsqueeze as unsqueeze
from hodu.functional._sign import abs as abs
from hodu.functional._sign import abs as absolute
from hodu.functional._sign import neg as neg
from hodu.functional._sign import neg as negative
from hodu.functional._sign import sign as sgn
from hodu.functional._sign import sign as sign
from hodu.functional._slicing import _slice as _slice
from hodu.functional._slicing import _slice_put as _slice_put
from hodu.functional._softmax import _log_softmax as _log_softmax
from hodu.functional._softmax import _softmax as _softmax
from hodu.functional._softmax import logsumexp as logsumexp
from hodu.functional._solvers import _solve as _solve
from hodu.functional._solvers import det as det
from hodu.functional._solvers import inverse as inverse
from hodu.functional._solvers import lstsq as lstsq
from hodu.functional._solvers import slogdet as slogdet
from hodu.functional._solvers import solve_triangular as solve_triangular
from hodu.functional._sorting import argsort as argsort
from hodu.functional._sorting import kthvalue as kthvalue
from hodu.functional._sorting import sort as sort
from hodu.functional._sorting import topk as topk
from hodu.functional._special import erf as erf
from hodu.functional._special import erfc as erfc
from hodu.functional._special import erfinv as erfinv
from hodu.functional._special import logit as logit
from hodu.functional._special import sigmoid as sigmoid
from hodu.functional._split import _split as _split
from hodu.functional._statistics import _std as _std
from hodu.functional._statistics import _var as _var
from hodu.functional._strided import _as_strided as _as_strided
from hodu.functional._strided import unfold as unfold
from hodu.functional._triangle import _eye as _eye
from hodu.functional._triangle import tril as tril
from hodu.functional._triangle import triu as triu
from hodu.functional._trigonometry import acos as acos
from hodu.functional._trigonometry import acos as arccos
from hodu.functional._trigonometry import acosh as acosh
from hodu.functional._trigonometry import acosh as arccosh
from hodu.functional._trigonometry import asin as arcsin
from hodu.functional._trigonometry import asin as asin
from hodu.functional._trigonometry import asinh as arcsinh
from hodu.functional._trigonometry import asinh as asinh
from hodu.functional._trigonometry import atan as arctan
from hodu.functional._trigonometry import atan as atan
from hodu.functional._trigonometry import atan2 as arctan2
from hodu.functional._trigonometry import atan2 as atan2
from hodu.functional._trigonometry import atanh as arctanh
from hodu.functional._trigonometry import atanh as atanh
from hodu.functional._trigonometry import cos as cos
from hodu.functional._trigonometry import cosh as cosh
from hodu.functional._trigonometry import hypot as hypot
from hodu.functional._trigonometry import sin as sin
from hodu.functional._trigonometry import sinh as sinh
from hodu.functional._trigonometry import tan as tan
from hodu.functional._trigonometry import tanh as tanh
from hodu.ops._table import F
from hodu.ops.activation import logsigmoid as logsigmoid
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
from hodu.ops.avg_pooling import lp_pool1d as lp_pool1d
from hodu.ops.avg_pooling import lp_pool2d as lp_pool2d
from hodu.ops.avg_pooling import lp_pool3d as lp_pool3d
from hodu.ops.batch_norm import batch_norm as batch_norm
from hodu.ops.batch_norm import instance_norm as instance_norm
from hodu.ops.cast import to as to
from hodu.ops.closeness import allclose as allclose
from hodu.ops.closeness import equal as equal
from hodu.ops.control_flow import cond as cond
from hodu.ops.control_flow import scan as scan
from hodu.ops.control_flow import while_loop as while_loop
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
from hodu.ops.diagonal import diag as diag
from hodu.ops.diagonal import diagflat as diagflat
from hodu.ops.einsum import einsum as einsum
from hodu.ops.exchange import from_dlpack as from_dlpack
from hodu.ops.exchange import from_numpy as from_numpy
from hodu.ops.exchange import frombuffer as frombuffer
from hodu.ops.extrema import clamp_max as clamp_max
from hodu.ops.extrema import clamp_min as clamp_min
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
from hodu.ops.norm import norm as norm
from hodu.ops.norms import _linalg_cond as _linalg_cond
from hodu.ops.norms import _linalg_norm as _linalg_norm
from hodu.ops.norms import matrix_norm as matrix_norm
from hodu.ops.norms import vector_norm as vector_norm
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
from hodu.ops.random import normal as normal
from hodu.ops.random import rand as rand
from hodu.ops.random import rand_like as rand_like
from hodu.ops.random import randn as randn
from hodu.ops.random import randn_like as randn_like
from hodu.ops.random import uniform as uniform
from hodu.ops.random_choices import bernoulli as bernoulli
from hodu.ops.random_choices import dropout as dropout
from hodu.ops.random_choices import multinomial as multinomial
from hodu.ops.random_fill import bernoulli_ as bernoulli_
from hodu.ops.random_fill import normal_ as normal_
from hodu.ops.random_fill import random_ as random_
from hodu.ops.random_fill import uniform_ as uniform_
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
    "bernoulli_",
    "bilinear",
    "bincount",
    "bitwise_and",
    "bitwise_left_shift",
    "bitwise_not",
    "bitwise_or",
    "bitwise_right_shift",
    "bitwise_xor",
    "block_diag",
    "bmm",
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
    "count_nonzero",
    "cov",
    "cross",
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
    "dsplit",
    "dstack",
    "eigh",
    "eigvalsh",
    "einsum",
    "elu",
    "embedding",
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
    "ge",
    "gelu",
    "getitem",
    "greater",
    "greater_equal",
    "grid_sample",
    "group_norm",
    "gru_layer",
    "gt",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "histc",
    "hsplit",
    "hstack",
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
    "inverse",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "kron",
    "kthvalue",
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
    "msort",
    "mul",
    "multi_dot",
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
    "nonzero",
    "norm",
    "normal",
    "normal_",
    "normalize",
    "not_equal",
    "numel",
    "one_hot",
    "ones",
    "ones_like",
    "outer",
    "pad",
    "permute",
    "pinv",
    "pinverse",
    "pixel_shuffle",
    "pixel_unshuffle",
    "pow",
    "prelu",
    "prod",
    "put",
    "qr",
    "quantile",
    "rand",
    "rand_like",
    "randint",
    "randint_like",
    "randn",
    "randn_like",
    "random_",
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
    "rms_norm",
    "rnn_layer",
    "roll",
    "rot90",
    "round",
    "rsqrt",
    "rsub",
    "scaled_dot_product_attention",
    "scan",
    "scatter",
    "scatter_add",
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
    "triu",
    "triu_indices",
    "true_divide",
    "trunc",
    "unbind",
    "unflatten",
    "unfold",
    "uniform",
    "uniform_",
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

F.bind(globals())
