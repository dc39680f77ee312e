"""What is in a data file twice, cut off, secret, or out of place."""

from tuneport.data.quality.report import Place, QualityFinding, QualityReport, RowGroup
from tuneport.data.quality.review import review_quality
from tuneport.data.quality.rules import QUALITY_RULES, QualityRule

__all__ = [
    "QUALITY_RULES",
    "Place",
    "QualityFinding",
    "QualityReport",
    "QualityRule",
    "RowGroup",
    "review_quality",
]
