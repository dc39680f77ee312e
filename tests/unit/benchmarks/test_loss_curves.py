from __future__ import annotations

from xml.etree import ElementTree

from benchmarks.loss_curves import draw_curves

SVG = "{http://www.w3.org/2000/svg}"


def test_each_set_is_a_panel_with_both_curves():
    drawing = draw_curves({"a & b": ([3.0, 2.0, 1.0], [3.0, 2.1, 1.0]), "c": ([1.0], [1.0])}, ("peer", "ours"))

    lines = [line.get("points") for line in ElementTree.fromstring(drawing).iter(f"{SVG}polyline")]
    assert lines == [
        "0.0,0.0 82.0,47.0 164.0,94.0",
        "0.0,0.0 82.0,42.3 164.0,94.0",
        "0.0,94.0",
        "0.0,94.0",
    ]


def test_names_of_sets_are_text_and_not_markup():
    drawing = draw_curves({"a & <b>": ([1.0], [1.0])}, ("peer", "ours"))

    texts = [text.text for text in ElementTree.fromstring(drawing).iter(f"{SVG}text")]
    assert "a & <b>" in texts
