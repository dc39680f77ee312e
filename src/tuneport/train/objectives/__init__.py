"""One small file per training method."""

from tuneport.train.objectives.loss_output import LossOutput
from tuneport.train.objectives.supervised import supervised_loss

__all__ = ["LossOutput", "supervised_loss"]
