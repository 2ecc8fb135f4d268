"""Building blocks of networks."""

from hodu.nn import functional as functional
