"""The functions of hodu.nn.functional.

Generated from the op table by tools/generate.py; do not edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hodu._lazy import attach

if TYPE_CHECKING:
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
    from hodu.functional import alpha_dropout as alpha_dropout
    from hodu.functional import avg_pool1d as avg_pool1d
    from hodu.functional import avg_pool2d as avg_pool2d
    from hodu.functional import avg_pool3d as avg_pool3d
    from hodu.functional import batch_norm as batch_norm
    from hodu.functional import bilinear as bilinear
    from hodu.functional import binary_cross_entropy as binary_cross_entropy
    from hodu.functional import binary_cross_entropy_with_logits as binary_cross_entropy_with_logits
    from hodu.functional import channel_shuffle as channel_shuffle
    from hodu.functional import col2im as fold
    from hodu.functional import conv1d as conv1d
    from hodu.functional import conv2d as conv2d
    from hodu.functional import conv3d as conv3d
    from hodu.functional import conv_transpose1d as conv_transpose1d
    from hodu.functional import conv_transpose2d as conv_transpose2d
    from hodu.functional import conv_transpose3d as conv_transpose3d
    from hodu.functional import cosine_embedding_loss as cosine_embedding_loss
    from hodu.functional import cosine_similarity as cosine_similarity
    from hodu.functional import cross_entropy as cross_entropy
    from hodu.functional import ctc_loss as ctc_loss
    from hodu.functional import dropout as dropout
    from hodu.functional import dropout1d as dropout1d
    from hodu.functional import dropout2d as dropout2d
    from hodu.functional import dropout3d as dropout3d
    from hodu.functional import embedding as embedding
    from hodu.functional import embedding_bag as embedding_bag
    from hodu.functional import feature_alpha_dropout as feature_alpha_dropout
    from hodu.functional import fractional_max_pool2d as fractional_max_pool2d
    from hodu.functional import fractional_max_pool3d as fractional_max_pool3d
    from hodu.functional import gaussian_nll_loss as gaussian_nll_loss
    from hodu.functional import gelu as gelu
    from hodu.functional import glu as glu
    from hodu.functional import grid_sample as grid_sample
    from hodu.functional import group_norm as group_norm
    from hodu.functional import gumbel_softmax as gumbel_softmax
    from hodu.functional import hardshrink as hardshrink
    from hodu.functional import hinge_embedding_loss as hinge_embedding_loss
    from hodu.functional import huber_loss as huber_loss
    from hodu.functional import im2col as unfold
    from hodu.functional import instance_norm as instance_norm
    from hodu.functional import interpolate as interpolate
    from hodu.functional import kl_div as kl_div
    from hodu.functional import l1_loss as l1_loss
    from hodu.functional import layer_norm as layer_norm
    from hodu.functional import linear as linear
    from hodu.functional import local_response_norm as local_response_norm
    from hodu.functional import log_sigmoid as log_sigmoid
    from hodu.functional import log_softmax as log_softmax
    from hodu.functional import logsigmoid as logsigmoid
    from hodu.functional import lp_pool1d as lp_pool1d
    from hodu.functional import lp_pool2d as lp_pool2d
    from hodu.functional import lp_pool3d as lp_pool3d
    from hodu.functional import margin_ranking_loss as margin_ranking_loss
    from hodu.functional import max_pool1d as max_pool1d
    from hodu.functional import max_pool2d as max_pool2d
    from hodu.functional import max_pool3d as max_pool3d
    from hodu.functional import max_unpool1d as max_unpool1d
    from hodu.functional import max_unpool2d as max_unpool2d
    from hodu.functional import max_unpool3d as max_unpool3d
    from hodu.functional import mse_loss as mse_loss
    from hodu.functional import multi_head_attention_forward as multi_head_attention_forward
    from hodu.functional import multi_margin_loss as multi_margin_loss
    from hodu.functional import multilabel_margin_loss as multilabel_margin_loss
    from hodu.functional import multilabel_soft_margin_loss as multilabel_soft_margin_loss
    from hodu.functional import nll_loss as nll_loss
    from hodu.functional import normalize as normalize
    from hodu.functional import one_hot as one_hot
    from hodu.functional import pad as pad
    from hodu.functional import pairwise_distance as pairwise_distance
    from hodu.functional import pdist as pdist
    from hodu.functional import pixel_shuffle as pixel_shuffle
    from hodu.functional import pixel_unshuffle as pixel_unshuffle
    from hodu.functional import poisson_nll_loss as poisson_nll_loss
    from hodu.functional import prelu as prelu
    from hodu.functional import reduce_window as reduce_window
    from hodu.functional import rms_norm as rms_norm
    from hodu.functional import rrelu as rrelu
    from hodu.functional import scaled_dot_product_attention as scaled_dot_product_attention
    from hodu.functional import sigmoid as sigmoid
    from hodu.functional import smooth_l1_loss as smooth_l1_loss
    from hodu.functional import soft_margin_loss as soft_margin_loss
    from hodu.functional import softmax as softmax
    from hodu.functional import softmin as softmin
    from hodu.functional import softplus as softplus
    from hodu.functional import softshrink as softshrink
    from hodu.functional import softsign as softsign
    from hodu.functional import tanh as tanh
    from hodu.functional import tanhshrink as tanhshrink
    from hodu.functional import triplet_margin_loss as triplet_margin_loss
    from hodu.functional import (
        triplet_margin_with_distance_loss as triplet_margin_with_distance_loss,
    )
    from hodu.functional import upsample as upsample

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "affine_grid",
    "alpha_dropout",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "bilinear",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "celu",
    "channel_shuffle",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "cosine_embedding_loss",
    "cosine_similarity",
    "cross_entropy",
    "ctc_loss",
    "dropout",
    "dropout1d",
    "dropout2d",
    "dropout3d",
    "elu",
    "embedding",
    "embedding_bag",
    "feature_alpha_dropout",
    "fold",
    "fractional_max_pool2d",
    "fractional_max_pool3d",
    "gaussian_nll_loss",
    "gelu",
    "glu",
    "grid_sample",
    "group_norm",
    "gumbel_softmax",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hinge_embedding_loss",
    "huber_loss",
    "instance_norm",
    "interpolate",
    "kl_div",
    "l1_loss",
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
    "margin_ranking_loss",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "max_unpool1d",
    "max_unpool2d",
    "max_unpool3d",
    "mish",
    "mse_loss",
    "multi_head_attention_forward",
    "multi_margin_loss",
    "multilabel_margin_loss",
    "multilabel_soft_margin_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "pairwise_distance",
    "pdist",
    "pixel_shuffle",
    "pixel_unshuffle",
    "poisson_nll_loss",
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
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "triplet_margin_loss",
    "triplet_margin_with_distance_loss",
    "unfold",
    "upsample",
]

attach(
    __name__,
    {
        "adaptive_avg_pool1d": "hodu.functional:adaptive_avg_pool1d",
        "adaptive_avg_pool2d": "hodu.functional:adaptive_avg_pool2d",
        "adaptive_avg_pool3d": "hodu.functional:adaptive_avg_pool3d",
        "adaptive_max_pool1d": "hodu.functional:adaptive_max_pool1d",
        "adaptive_max_pool2d": "hodu.functional:adaptive_max_pool2d",
        "adaptive_max_pool3d": "hodu.functional:adaptive_max_pool3d",
        "affine_grid": "hodu.functional:affine_grid",
        "alpha_dropout": "hodu.functional:alpha_dropout",
        "avg_pool1d": "hodu.functional:avg_pool1d",
        "avg_pool2d": "hodu.functional:avg_pool2d",
        "avg_pool3d": "hodu.functional:avg_pool3d",
        "batch_norm": "hodu.functional:batch_norm",
        "bilinear": "hodu.functional:bilinear",
        "binary_cross_entropy": "hodu.functional:binary_cross_entropy",
        "binary_cross_entropy_with_logits": "hodu.functional:binary_cross_entropy_with_logits",
        "celu": "hodu.functional:_nn_celu",
        "channel_shuffle": "hodu.functional:channel_shuffle",
        "conv1d": "hodu.functional:conv1d",
        "conv2d": "hodu.functional:conv2d",
        "conv3d": "hodu.functional:conv3d",
        "conv_transpose1d": "hodu.functional:conv_transpose1d",
        "conv_transpose2d": "hodu.functional:conv_transpose2d",
        "conv_transpose3d": "hodu.functional:conv_transpose3d",
        "cosine_embedding_loss": "hodu.functional:cosine_embedding_loss",
        "cosine_similarity": "hodu.functional:cosine_similarity",
        "cross_entropy": "hodu.functional:cross_entropy",
        "ctc_loss": "hodu.functional:ctc_loss",
        "dropout": "hodu.functional:dropout",
        "dropout1d": "hodu.functional:dropout1d",
        "dropout2d": "hodu.functional:dropout2d",
        "dropout3d": "hodu.functional:dropout3d",
        "elu": "hodu.functional:_nn_elu",
        "embedding": "hodu.functional:embedding",
        "embedding_bag": "hodu.functional:embedding_bag",
        "feature_alpha_dropout": "hodu.functional:feature_alpha_dropout",
        "fold": "hodu.functional:col2im",
        "fractional_max_pool2d": "hodu.functional:fractional_max_pool2d",
        "fractional_max_pool3d": "hodu.functional:fractional_max_pool3d",
        "gaussian_nll_loss": "hodu.functional:gaussian_nll_loss",
        "gelu": "hodu.functional:gelu",
        "glu": "hodu.functional:glu",
        "grid_sample": "hodu.functional:grid_sample",
        "group_norm": "hodu.functional:group_norm",
        "gumbel_softmax": "hodu.functional:gumbel_softmax",
        "hardshrink": "hodu.functional:hardshrink",
        "hardsigmoid": "hodu.functional:_nn_hardsigmoid",
        "hardswish": "hodu.functional:_nn_hardswish",
        "hardtanh": "hodu.functional:_nn_hardtanh",
        "hinge_embedding_loss": "hodu.functional:hinge_embedding_loss",
        "huber_loss": "hodu.functional:huber_loss",
        "instance_norm": "hodu.functional:instance_norm",
        "interpolate": "hodu.functional:interpolate",
        "kl_div": "hodu.functional:kl_div",
        "l1_loss": "hodu.functional:l1_loss",
        "layer_norm": "hodu.functional:layer_norm",
        "leaky_relu": "hodu.functional:_nn_leaky_relu",
        "linear": "hodu.functional:linear",
        "local_response_norm": "hodu.functional:local_response_norm",
        "log_sigmoid": "hodu.functional:log_sigmoid",
        "log_softmax": "hodu.functional:log_softmax",
        "logsigmoid": "hodu.functional:logsigmoid",
        "lp_pool1d": "hodu.functional:lp_pool1d",
        "lp_pool2d": "hodu.functional:lp_pool2d",
        "lp_pool3d": "hodu.functional:lp_pool3d",
        "margin_ranking_loss": "hodu.functional:margin_ranking_loss",
        "max_pool1d": "hodu.functional:max_pool1d",
        "max_pool2d": "hodu.functional:max_pool2d",
        "max_pool3d": "hodu.functional:max_pool3d",
        "max_unpool1d": "hodu.functional:max_unpool1d",
        "max_unpool2d": "hodu.functional:max_unpool2d",
        "max_unpool3d": "hodu.functional:max_unpool3d",
        "mish": "hodu.functional:_nn_mish",
        "mse_loss": "hodu.functional:mse_loss",
        "multi_head_attention_forward": "hodu.functional:multi_head_attention_forward",
        "multi_margin_loss": "hodu.functional:multi_margin_loss",
        "multilabel_margin_loss": "hodu.functional:multilabel_margin_loss",
        "multilabel_soft_margin_loss": "hodu.functional:multilabel_soft_margin_loss",
        "nll_loss": "hodu.functional:nll_loss",
        "normalize": "hodu.functional:normalize",
        "one_hot": "hodu.functional:one_hot",
        "pad": "hodu.functional:pad",
        "pairwise_distance": "hodu.functional:pairwise_distance",
        "pdist": "hodu.functional:pdist",
        "pixel_shuffle": "hodu.functional:pixel_shuffle",
        "pixel_unshuffle": "hodu.functional:pixel_unshuffle",
        "poisson_nll_loss": "hodu.functional:poisson_nll_loss",
        "prelu": "hodu.functional:prelu",
        "reduce_window": "hodu.functional:reduce_window",
        "relu": "hodu.functional:_nn_relu",
        "relu6": "hodu.functional:_nn_relu6",
        "rms_norm": "hodu.functional:rms_norm",
        "rrelu": "hodu.functional:rrelu",
        "scaled_dot_product_attention": "hodu.functional:scaled_dot_product_attention",
        "selu": "hodu.functional:_nn_selu",
        "sigmoid": "hodu.functional:sigmoid",
        "silu": "hodu.functional:_nn_silu",
        "smooth_l1_loss": "hodu.functional:smooth_l1_loss",
        "soft_margin_loss": "hodu.functional:soft_margin_loss",
        "softmax": "hodu.functional:softmax",
        "softmin": "hodu.functional:softmin",
        "softplus": "hodu.functional:softplus",
        "softshrink": "hodu.functional:softshrink",
        "softsign": "hodu.functional:softsign",
        "tanh": "hodu.functional:tanh",
        "tanhshrink": "hodu.functional:tanhshrink",
        "threshold": "hodu.functional:_nn_threshold",
        "triplet_margin_loss": "hodu.functional:triplet_margin_loss",
        "triplet_margin_with_distance_loss": "hodu.functional:triplet_margin_with_distance_loss",
        "unfold": "hodu.functional:im2col",
        "upsample": "hodu.functional:upsample",
    },
)
