"""Texts of a row and the paths of their fields."""

import tracemalloc

from tuneport.data.quality.fields import MAX_PATH_CHARACTERS, text_fields


def test_every_text_has_its_path_in_the_order_of_the_row():
    row = {"a": ["x", 1, {"b": "y"}], "c": None, "4 d": {"e": ["z"]}}

    assert [(field.path, text) for field, text in text_fields(row)] == [("a[0]", "x"), ("a[2].b", "y"), ("….e[0]", "z")]


def test_of_a_path_too_long_to_show_the_end_is_shown():
    row = {"first": "x"}
    for _ in range(1000):
        row = {"long_key_of_a_deep_row": row}

    ((field, _),) = text_fields(row)

    assert len(field.path) == MAX_PATH_CHARACTERS
    assert field.path.startswith("…")
    assert field.path.endswith(".long_key_of_a_deep_row.first")


def test_values_that_are_no_text_take_no_memory_for_their_paths():
    row = {"numbers": [0] * 300_000, "text": "x"}
    for _ in range(1000):
        row = {"long_key_of_a_deep_row": row}

    tracemalloc.start()
    n_texts = sum(1 for _ in text_fields(row))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert n_texts == 1
    assert peak < 2**20
