"""All ops that compute in blocks; importing this registers their rules."""

from hodu.lower.blocks import convolution as convolution
from hodu.lower.blocks import elementwise as elementwise
from hodu.lower.blocks import integer_convolution as integer_convolution
from hodu.lower.blocks import joining as joining
from hodu.lower.blocks import pooling as pooling
from hodu.lower.blocks import resize as resize
from hodu.lower.blocks import sums as sums
