"""Learning-rate schedulers, with PyTorch's arguments and numbers."""

from hodu.optim.lr_scheduler.base import LRScheduler as LRScheduler
from hodu.optim.lr_scheduler.combined import ChainedScheduler as ChainedScheduler
from hodu.optim.lr_scheduler.combined import SequentialLR as SequentialLR
from hodu.optim.lr_scheduler.cosine import CosineAnnealingLR as CosineAnnealingLR
from hodu.optim.lr_scheduler.cosine import (
    CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts,
)
from hodu.optim.lr_scheduler.cycles import CyclicLR as CyclicLR
from hodu.optim.lr_scheduler.cycles import OneCycleLR as OneCycleLR
from hodu.optim.lr_scheduler.decays import ConstantLR as ConstantLR
from hodu.optim.lr_scheduler.decays import ExponentialLR as ExponentialLR
from hodu.optim.lr_scheduler.decays import LinearLR as LinearLR
from hodu.optim.lr_scheduler.decays import MultiStepLR as MultiStepLR
from hodu.optim.lr_scheduler.decays import PolynomialLR as PolynomialLR
from hodu.optim.lr_scheduler.decays import StepLR as StepLR
from hodu.optim.lr_scheduler.functions import LambdaLR as LambdaLR
from hodu.optim.lr_scheduler.functions import MultiplicativeLR as MultiplicativeLR
from hodu.optim.lr_scheduler.functions import WarmupLR as WarmupLR
from hodu.optim.lr_scheduler.plateau import ReduceLROnPlateau as ReduceLROnPlateau
