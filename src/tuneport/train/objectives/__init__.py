"""One small file per training method."""

from tuneport.config import MethodSection
from tuneport.train.objectives.direct_preference import DirectPreference
from tuneport.train.objectives.objective import LossOutput, Objective
from tuneport.train.objectives.row_logprobs import row_logprobs
from tuneport.train.objectives.supervised import Supervised

__all__ = ["DirectPreference", "LossOutput", "Objective", "Supervised", "new_objective", "row_logprobs"]


def new_objective(method: MethodSection) -> Objective:
    return DirectPreference(method.beta) if method.kind == "dpo" else Supervised()
