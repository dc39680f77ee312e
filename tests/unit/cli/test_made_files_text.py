"""What became of a file, in words."""

from pathlib import Path

from tuneport.cli.made_files_text import show_conversion, show_deduplication, show_fix, show_split

CONVERSION = {
    "container": "csv",
    "shapes": {"columns": 3},
    "format": "chat",
    "n_records": 25,
    "n_rows": 3,
    "n_refused": 22,
    "refused": [{"where": f"line {line}", "reason": "'a' is empty"} for line in range(2, 22)],
    "notes": {"key 'id' left out": 3},
    "file_id": "file-1",
}
FIX = {
    "n_rows": 5,
    "n_changed": 1,
    "counts": {"trailing_comma": 1},
    "examples": [{"line": 2, "kinds": ["trailing_comma"], "before": "{},", "after": "{}"}],
    "n_left": 1,
    "left": [{"line": 4, "code": "unfinished_line", "found": "it ends"}],
    "file_id": None,
}


def test_a_conversion_names_what_was_refused_and_counts_the_rest(screen):
    show_conversion(screen, Path("a.csv"), Path("b.jsonl"), CONVERSION)

    assert "a.csv: 25 records (csv: 3 columns)" in screen.text
    assert "note: key 'id' left out (3 times)" in screen.text
    assert "not converted: line 2: 'a' is empty" in screen.text
    assert "and 2 more records not converted" in screen.text
    assert screen.text.endswith("b.jsonl: 3 chat rows\n")


def test_a_conversion_without_a_row_says_that_nothing_is_written(screen):
    show_conversion(screen, Path("a.csv"), Path("b.jsonl"), CONVERSION | {"shapes": {}, "n_rows": 0, "file_id": None})

    assert screen.text.endswith("No record became a row, so b.jsonl is not written.\n")


def test_a_split_says_what_stays_together(screen):
    found = {"n_training": 90, "n_validation": 10, "n_grouped_rows": 4, "grouped_by": "prompts of the same words"}

    show_split(screen, Path("t"), Path("v"), found | {"n_classes": 3, "n_unreadable": 1})

    assert screen.text.splitlines() == [
        "t: 90 rows",
        "v: 10 rows",
        "  Kept together: 4 rows with prompts of the same words.",
        "  Each of the 3 different answers is in both by its share, where it can be.",
        "  1 line could not be read, and went on unchanged.",
    ]


def test_a_deduplication_names_the_rows_left_out(screen):
    removed = [{"line": line, "same_as_line": 1} for line in range(2, 22)]

    show_deduplication(screen, Path("b"), {"n_kept": 1, "n_removed": 21, "removed": removed, "n_unreadable": 0})

    assert screen.text.startswith("b: 1 row kept, 21 left out\n  left out: line 2, the same as line 1\n")
    assert screen.text.endswith("and 1 more row left out\n")


def test_repairs_are_shown_before_they_are_made(screen):
    show_fix(screen, Path("a"), None, FIX)

    assert screen.text.splitlines() == [
        "a: 5 rows, 1 of them to change",
        "  trailing_comma: 1",
        "  line 2 (trailing_comma)",
        "    before: {},",
        "    after:  {}",
        "  left as it is: line 4: it ends [unfinished_line]",
        "Nothing is written. Add --out OUT.jsonl to write the repaired file.",
    ]


def test_a_file_without_a_mistake_has_nothing_to_repair(screen):
    show_fix(screen, Path("a"), None, FIX | {"counts": {}, "examples": [], "left": [], "n_left": 0, "n_changed": 0})

    assert screen.text.endswith("There is nothing to repair.\n")
