"""Datasets, samplers, and the loader that makes batches of them."""

from hodu.data.collate import default_collate as default_collate
from hodu.data.collate import default_convert as default_convert
from hodu.data.dataset import ChainDataset as ChainDataset
from hodu.data.dataset import ConcatDataset as ConcatDataset
from hodu.data.dataset import Dataset as Dataset
from hodu.data.dataset import IterableDataset as IterableDataset
from hodu.data.dataset import Subset as Subset
from hodu.data.dataset import TensorDataset as TensorDataset
from hodu.data.dataset import random_split as random_split
from hodu.data.loader import DataLoader as DataLoader
from hodu.data.readers import CsvDataset as CsvDataset
from hodu.data.readers import ImageFolder as ImageFolder
from hodu.data.readers import NumpyDataset as NumpyDataset
from hodu.data.sampler import BatchSampler as BatchSampler
from hodu.data.sampler import RandomSampler as RandomSampler
from hodu.data.sampler import Sampler as Sampler
from hodu.data.sampler import SequentialSampler as SequentialSampler
from hodu.data.sampler import SubsetRandomSampler as SubsetRandomSampler
from hodu.data.sampler import WeightedRandomSampler as WeightedRandomSampler
from hodu.data.worker import WorkerInfo as WorkerInfo
from hodu.data.worker import get_worker_info as get_worker_info
