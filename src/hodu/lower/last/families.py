"""All ops that compute with channels last; importing this registers their rules."""

from hodu.lower.last import between as between
from hodu.lower.last import convolution as convolution
