"""Optimizers and learning-rate schedulers, with PyTorch's arguments and state_dict keys."""

from hodu.optim import lr_scheduler as lr_scheduler
from hodu.optim.adadelta import Adadelta as Adadelta
from hodu.optim.adagrad import Adagrad as Adagrad
from hodu.optim.adam import Adam as Adam
from hodu.optim.adam import AdamW as AdamW
from hodu.optim.adamax import Adamax as Adamax
from hodu.optim.lamb import LAMB as LAMB
from hodu.optim.lion import Lion as Lion
from hodu.optim.nadam import NAdam as NAdam
from hodu.optim.optimizer import Optimizer as Optimizer
from hodu.optim.radam import RAdam as RAdam
from hodu.optim.rmsprop import RMSprop as RMSprop
from hodu.optim.sgd import SGD as SGD
