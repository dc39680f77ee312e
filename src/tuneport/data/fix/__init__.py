"""Files with mistakes, put right."""

from tuneport.data.fix.fix import fix_file
from tuneport.data.fix.report import FixReport

__all__ = ["FixReport", "fix_file"]
