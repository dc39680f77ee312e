"""Records of other programs → rows of this service."""

from tuneport.data.convert.convert import convert_file
from tuneport.data.convert.options import CONTAINERS, MAPPED_PARTS, SHAPES, Container, ConvertOptions, MappedPart, Shape
from tuneport.data.convert.report import ConvertReport

__all__ = [
    "CONTAINERS",
    "MAPPED_PARTS",
    "SHAPES",
    "Container",
    "ConvertOptions",
    "ConvertReport",
    "MappedPart",
    "Shape",
    "convert_file",
]
