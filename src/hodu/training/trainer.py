"""The Trainer: the usual loop, with what goes on around it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from hodu._tensor import Tensor
from hodu.autograd.modes import no_grad
from hodu.data.loader import DataLoader
from hodu.errors import ArgumentError, ValueRangeError
from hodu.optim import Optimizer
from hodu.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from hodu.source import location
from hodu.training.checkpoint import load_checkpoint, save_checkpoint
from hodu.training.early_stop import EarlyStop
from hodu.training.logs import JsonlLog, Log
from hodu.training.metrics import Mean, Metric
from hodu.training.progress import Progress, live
from hodu.training.randomness import Randomness
from hodu.training.tensorboard import TensorBoardLog


class Trainer:
    """Trains `model` to minimise `loss(output, target)` over batches of (input, target).

    A subclass changes what a batch is by `train_step` and `eval_step`. With a `folder` there are a
    log (log.jsonl), TensorBoard's events and a checkpoint, which is written after each epoch and
    every `save_every` steps, and from which `fit(resume=True)` goes on to the bit. The scheduler
    steps each epoch, or each step with `schedule_every="step"`. `log_every` steps, the loss of the
    step is logged too.
    """

    def __init__(
        self,
        model: Any,
        optimizer: Optimizer,
        loss: Callable[[Any, Any], Tensor],
        *,
        metrics: Mapping[str, Metric] | None = None,
        scheduler: LRScheduler | None = None,
        schedule_every: str = "epoch",
        early_stop: EarlyStop | None = None,
        folder: str | os.PathLike[str] | None = None,
        save_every: int | None = None,
        log_every: int | None = None,
        progress: bool = True,
    ) -> None:
        if schedule_every not in ("epoch", "step"):
            raise ValueRangeError(
                f"schedule_every is 'epoch' or 'step', not {schedule_every!r}", where=location()
            )
        self.model, self.optimizer, self.loss = model, optimizer, loss
        self.metrics: dict[str, Metric] = {"loss": Mean(), **(metrics or {})}
        self.scheduler, self.schedule_every = scheduler, schedule_every
        self.early_stop = early_stop
        self.folder = None if folder is None else Path(folder)
        self.save_every, self.log_every = save_every, log_every
        self.progress = progress
        self.epoch = self.step = self.batch = 0
        self.stopped = False
        self.history: list[dict[str, float]] = []
        self._logs: Sequence[Log] = ()

    # -- what a subclass may change ---------------------------------------------------------

    def train_step(self, batch: Any) -> tuple[Tensor, Any]:
        """Update the parameters by one batch; returns the loss and the output."""
        inputs, target = batch
        self.optimizer.zero_grad()
        output = self.model(inputs)
        loss = self.loss(output, target)
        loss.backward()
        self.optimizer.step()
        return loss, output

    def eval_step(self, batch: Any) -> tuple[Tensor, Any]:
        """The loss and the output of one batch, without gradients."""
        inputs, target = batch
        output = self.model(inputs)
        return self.loss(output, target), output

    # -- running ----------------------------------------------------------------------------

    def fit(
        self,
        loader: DataLoader,
        epochs: int,
        validation: DataLoader | None = None,
        *,
        resume: bool = False,
    ) -> list[dict[str, float]]:
        """Train until `epochs` epochs are done; returns the numbers of each.

        With `resume`, go on from the checkpoint in the folder if there is one.
        """
        if resume and self._checkpoint().exists():
            load_checkpoint(self._checkpoint(), self._state(loader))
        with ExitStack() as stack:
            self._logs = self._open_logs(stack)
            progress = stack.enter_context(live(self.progress))
            while self.epoch < epochs and not self.stopped:
                self._train(loader, progress)
                self._finish_epoch(loader, validation, progress)
        return self.history

    def evaluate(self, loader: DataLoader) -> dict[str, float]:
        """The metrics over all batches of a loader, in evaluation mode."""
        with live(self.progress) as progress:
            return self._evaluate(loader, progress)

    def save(self, loader: DataLoader) -> None:
        """Write the checkpoint."""
        self._checkpoint().parent.mkdir(parents=True, exist_ok=True)
        save_checkpoint(self._state(loader), self._checkpoint())

    def _train(self, loader: DataLoader, progress: Progress) -> None:
        if not self.batch:
            _reset(self.metrics)
        self.model.train()
        progress.begin(f"epoch {self.epoch + 1}", _length(loader), self.batch)
        for batch in loader:
            loss, output = self.train_step(batch)
            self.step += 1
            self.batch += 1
            self._after_step(float(loss.detach()), output, batch)
            progress.advance(_values(self.metrics))
            if self.save_every and self.folder and self.step % self.save_every == 0:
                self.save(loader)
        self.batch = 0

    def _after_step(self, loss: float, output: Any, batch: Any) -> None:
        _measure(self.metrics, loss, output, batch)
        if self.log_every and self.step % self.log_every == 0:
            self._log({"step_loss": loss})
        if self.scheduler is not None and self.schedule_every == "step":
            self.scheduler.step()

    def _finish_epoch(
        self, loader: DataLoader, validation: DataLoader | None, progress: Progress
    ) -> None:
        values = _values(self.metrics)
        if validation is not None:
            found = self._evaluate(validation, progress)
            values |= {f"validation_{name}": value for name, value in found.items()}
        self.epoch += 1
        self.history.append(values)
        self._log({"epoch": self.epoch, **values, "lr": self.optimizer.param_groups[0]["lr"]})
        if self.scheduler is not None and self.schedule_every == "epoch":
            self._schedule(values)
        if self.early_stop is not None:
            self.stopped = self.early_stop.should_stop(values)
        if self.folder is not None:
            self.save(loader)

    def _schedule(self, values: Mapping[str, float]) -> None:
        assert self.scheduler is not None
        if isinstance(self.scheduler, ReduceLROnPlateau):
            self.scheduler.step(values.get("validation_loss", values["loss"]))
        else:
            self.scheduler.step()

    def _evaluate(self, loader: DataLoader, progress: Progress) -> dict[str, float]:
        saved = {name: metric.state_dict() for name, metric in self.metrics.items()}
        _reset(self.metrics)
        self.model.eval()
        progress.begin("evaluation", _length(loader), 0)
        with no_grad():
            for batch in loader:
                loss, output = self.eval_step(batch)
                _measure(self.metrics, float(loss), output, batch)
                progress.advance(_values(self.metrics))
        found = _values(self.metrics)
        for name, metric in self.metrics.items():
            metric.load_state_dict(saved[name])
        return found

    # -- files ------------------------------------------------------------------------------

    def _checkpoint(self) -> Path:
        if self.folder is None:
            raise ArgumentError(
                "a trainer without a folder has no checkpoint",
                where=location(),
                hint="make it with Trainer(..., folder='runs/first')",
            )
        return self.folder / "checkpoint.safetensors"

    def _open_logs(self, stack: ExitStack) -> Sequence[Log]:
        if self.folder is None:
            return ()
        logs: list[Log] = [JsonlLog(self.folder / "log.jsonl"), TensorBoardLog(self.folder)]
        for log in logs:
            stack.callback(log.close)
        return logs

    def _log(self, values: Mapping[str, float]) -> None:
        plain = {name: float(value) for name, value in values.items()}
        for log in self._logs:
            log.log(self.step, plain)

    def _state(self, loader: DataLoader) -> dict[str, Any]:
        """All that a run goes on from, by name."""
        parts = {"scheduler": self.scheduler, "early_stop": self.early_stop}
        return {
            "model": self.model,
            "optimizer": self.optimizer,
            **{name: part for name, part in parts.items() if part is not None},
            "loader": loader,
            "randomness": Randomness(),
            "trainer": self,
        }

    def state_dict(self) -> dict[str, Any]:
        """How far the run is, with its metrics; `save` writes this beside the rest."""
        return {
            "epoch": self.epoch,
            "step": self.step,
            "batch": self.batch,
            "stopped": self.stopped,
            "history": self.history,
            "metrics": {name: metric.state_dict() for name, metric in self.metrics.items()},
        }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from a saved state."""
        self.epoch, self.step = state_dict["epoch"], state_dict["step"]
        self.batch, self.stopped = state_dict["batch"], state_dict["stopped"]
        self.history = list(state_dict["history"])
        for name, metric in self.metrics.items():
            metric.load_state_dict(state_dict["metrics"][name])


def _reset(metrics: Mapping[str, Metric]) -> None:
    for metric in metrics.values():
        metric.reset()


def _measure(metrics: Mapping[str, Metric], loss: float, output: Any, batch: Any) -> None:
    """Take a batch into account; its last part is the target, which says how many items it has."""
    target = batch[-1]
    for name, metric in metrics.items():
        if name == "loss":
            metric.update(loss, len(target))
        else:
            metric.update(output, target)


def _values(metrics: Mapping[str, Metric]) -> dict[str, float]:
    return {name: metric.compute() for name, metric in metrics.items()}


def _length(loader: DataLoader) -> int | None:
    try:
        return len(loader)
    except TypeError:
        return None
