"""Losses of two runs, set by set, as one SVG: the curves should lie on each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

COLUMNS = 4
WIDTH, HEIGHT = 220, 150
MARGIN = 28
_STYLES = ('stroke="#d07020" stroke-width="4" opacity="0.5"', 'stroke="#2050a0" stroke-width="1.5"')
"""The first is wide and pale, so that it shows beneath the second."""


def draw_curves(curves: Mapping[str, tuple[Sequence[float], Sequence[float]]], names: tuple[str, str]) -> str:
    """Give the SVG of `curves`: name of a set → the losses of both runs, one a step."""
    panels = [_panel(title, pair, index) for index, (title, pair) in enumerate(curves.items())]
    n_rows = -(-len(panels) // COLUMNS)
    width, height = COLUMNS * WIDTH, n_rows * HEIGHT + MARGIN
    body = "\n".join([_legend(names, height), *panels])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="10">\n<rect width="{width}" height="{height}" fill="white"/>\n{body}\n</svg>\n'
    )


def _panel(title: str, pair: tuple[Sequence[float], Sequence[float]], index: int) -> str:
    left, top = index % COLUMNS * WIDTH + MARGIN, index // COLUMNS * HEIGHT + MARGIN
    plot_width, plot_height = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    lowest, highest = min(min(losses) for losses in pair), max(max(losses) for losses in pair)
    span = (highest - lowest) or 1.0
    lines = "\n".join(
        f'<polyline fill="none" {style} points="{_points(losses, lowest, span, plot_width, plot_height)}"/>'
        for losses, style in zip(pair, _STYLES, strict=True)
    )
    return (
        f'<g transform="translate({left},{top})">\n<text y="-8">{escape(title)}</text>\n'
        f'<text x="-4" y="4" text-anchor="end">{highest:.2f}</text>\n'
        f'<text x="-4" y="{plot_height}" text-anchor="end">{lowest:.2f}</text>\n'
        f'<text x="{plot_width}" y="{plot_height + 14}" text-anchor="end">step {len(pair[0])}</text>\n'
        f'<rect width="{plot_width}" height="{plot_height}" fill="none" stroke="#bbb"/>\n{lines}\n</g>'
    )


def _points(losses: Sequence[float], lowest: float, span: float, width: int, height: int) -> str:
    last = max(len(losses) - 1, 1)
    return " ".join(
        f"{width * step / last:.1f},{height * (1 - (loss - lowest) / span):.1f}" for step, loss in enumerate(losses)
    )


def _legend(names: tuple[str, str], height: int) -> str:
    return "\n".join(
        f'<line x1="{MARGIN + 100 * index}" x2="{MARGIN + 20 + 100 * index}" y1="{height - 10}" y2="{height - 10}" '
        f'{style}/>\n<text x="{MARGIN + 26 + 100 * index}" y="{height - 6}">{escape(name)}</text>'
        for index, (name, style) in enumerate(zip(names, _STYLES, strict=True))
    )
