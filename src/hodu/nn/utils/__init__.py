"""What is done to parameters as a whole: clipping, vectors, fusing, normalising weights."""

from hodu.nn.utils.clip import clip_grad_norm_ as clip_grad_norm_
from hodu.nn.utils.clip import clip_grad_value_ as clip_grad_value_
from hodu.nn.utils.clip import clip_grads_with_norm_ as clip_grads_with_norm_
from hodu.nn.utils.clip import get_total_norm as get_total_norm
from hodu.nn.utils.fuse import fuse_conv_bn_eval as fuse_conv_bn_eval
from hodu.nn.utils.fuse import fuse_conv_bn_weights as fuse_conv_bn_weights
from hodu.nn.utils.fuse import fuse_linear_bn_eval as fuse_linear_bn_eval
from hodu.nn.utils.fuse import fuse_linear_bn_weights as fuse_linear_bn_weights
from hodu.nn.utils.vectors import parameters_to_vector as parameters_to_vector
from hodu.nn.utils.vectors import vector_to_parameters as vector_to_parameters
from hodu.nn.utils.weight_norm import remove_weight_norm as remove_weight_norm
from hodu.nn.utils.weight_norm import weight_norm as weight_norm
