"""An optional training loop, and checkpoints for loops of one's own."""

from hodu.training.checkpoint import load_checkpoint as load_checkpoint
from hodu.training.checkpoint import save_checkpoint as save_checkpoint
from hodu.training.early_stop import EarlyStop as EarlyStop
from hodu.training.logs import JsonlLog as JsonlLog
from hodu.training.logs import Log as Log
from hodu.training.metrics import Accuracy as Accuracy
from hodu.training.metrics import Mean as Mean
from hodu.training.metrics import Metric as Metric
from hodu.training.tensorboard import TensorBoardLog as TensorBoardLog
from hodu.training.trainer import Trainer as Trainer
