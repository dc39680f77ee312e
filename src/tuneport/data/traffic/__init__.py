"""What a model is really asked, beside what its training file teaches."""

from tuneport.data.traffic.compare import compare_traffic
from tuneport.data.traffic.report import Likeness, SomeRequests, TextLength, TrafficReport

__all__ = ["Likeness", "SomeRequests", "TextLength", "TrafficReport", "compare_traffic"]
