"""Questions, answers, comparison and verdict over any `Completer`."""

from tuneport.evals.compare import Comparison, JudgedRow, MeasuredRows, Score, compare
from tuneport.evals.completer import Answer, Completer, show_answer
from tuneport.evals.few_shot import N_FEW_SHOT_ROWS, FewShotCompleter, choose_examples
from tuneport.evals.interval import mcnemar_p, wilson_interval
from tuneport.evals.judge import is_right
from tuneport.evals.preference import PreferenceScore, score_preferences, write_preference_verdict
from tuneport.evals.question import AnswerRoom, Question
from tuneport.evals.verdict import BASE, FEW_SHOT, TUNED, write_verdict

__all__ = [
    "BASE",
    "FEW_SHOT",
    "N_FEW_SHOT_ROWS",
    "TUNED",
    "Answer",
    "AnswerRoom",
    "Comparison",
    "Completer",
    "FewShotCompleter",
    "JudgedRow",
    "MeasuredRows",
    "PreferenceScore",
    "Question",
    "Score",
    "choose_examples",
    "compare",
    "is_right",
    "mcnemar_p",
    "score_preferences",
    "show_answer",
    "wilson_interval",
    "write_preference_verdict",
    "write_verdict",
]
