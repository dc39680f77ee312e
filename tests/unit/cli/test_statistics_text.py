from pathlib import Path

from tuneport.cli.statistics_text import BAR_WIDTH, histogram_lines, show_statistics

PATH = Path("train.jsonl")


def _spread(total=1000):
    bins = [{"first": 8, "last": 15, "n_rows": 2}, {"first": 16, "last": 31, "n_rows": 8}]
    return {"total": total, "min": 8, "p5": 9, "p50": 20, "mean": 20.4, "p95": 30, "max": 1031, "histogram": bins}


def _statistics(**changes):
    none = {"n_rows": 0, "lines": []}
    statistics = {
        "model": "tiny",
        "n_rows": 10,
        "size": "Few.",
        "longest_row_tokens": 8192,
        "refused": none,
        "refused_by_template": {"n_rows": 0, "rows": []},
        "cut": none,
        "without_loss": none,
        "turns": None,
        "tokens": _spread(),
        "trained_tokens": _spread(),
        "tokens_per_epoch": 12_345,
        "trained_tokens_per_epoch": 678,
        "tokens_to_compute_per_epoch": 2469,
        "sharing": {
            "n_rows": 10,
            "tokens": 12_345,
            "batch_size": 16,
            "tokens_in_batches": 2469,
            "tokens_in_one_batch": 1234,
            "is_of_all_rows": True,
        },
        "classes": None,
        "tools": None,
        "languages": {"n_rows": 10, "rows_by_language": {"en": 9}, "n_unknown": 1},
        "cookbook": {"unavailable": "OpenAI's tokenizer is not available."},
    }
    return statistics | changes


def test_the_first_lines_say_how_much_there_is(screen):
    show_statistics(screen, PATH, _statistics())

    assert screen.text.splitlines()[:2] == [
        "train.jsonl: 10 rows, 12,345 tokens an epoch, 678 of them trained, as tiny reads them",
        "Few.",
    ]


def test_spreads_are_a_table_without_those_that_there_are_not(screen):
    show_statistics(screen, PATH, _statistics())

    assert "tokens a row             8    9    20     20    30   1,031" in screen.text
    assert "messages a row" not in screen.text


def test_the_fullest_bin_has_the_longest_bar_and_every_row_shows():
    lines = histogram_lines(
        [{"first": 1, "last": 9, "n_rows": 1}, {"first": 10, "last": 99, "n_rows": 1000}, _empty_bin()]
    )

    assert [line.count("█") for line in lines] == [1, BAR_WIDTH, 0]
    assert lines[1].endswith("1,000")


def _empty_bin():
    return {"first": 100, "last": 999, "n_rows": 0}


def test_rows_to_look_at_are_named_by_line(screen):
    cut = {"n_rows": 30, "lines": list(range(1, 21))}
    refused = {"n_rows": 1, "lines": [7]}

    show_statistics(screen, PATH, _statistics(cut=cut, refused=refused))

    assert "30 rows longer than 8,192 tokens, cut at the end: lines 1, 2, 3," in screen.text
    assert "20, …" in screen.text
    assert "1 row with errors, not counted here (see `tuneport data check`): line 7\n" in screen.text


def test_what_rows_share_is_told_in_per_cent(screen):
    show_statistics(screen, PATH, _statistics())

    assert "2,469 tokens to compute an epoch (20 %) in batches of 16; 10 % were the file one batch." in screen.text
    assert "No row is longer than 8,192 tokens" in screen.text


def test_classes_tools_and_languages_are_counted(screen):
    tools = {"n_rows_with_tools": 9, "n_rows_with_calls": 4, "calls": {"ring": 3, "dim": 1}, "never_called": ["open"]}

    show_statistics(screen, PATH, _statistics(classes={"[b]spam": 6, "ham": 4}, tools=tools))

    assert "[b]spam" in screen.text
    assert "60 %" in screen.text
    assert "Calls by tool, in 4 rows" in screen.text
    assert "Declared and never called: open" in screen.text
    assert "Languages, guessed on 10 rows: en 90 %, unsure 10 %" in screen.text


def test_openais_count_stands_at_the_end_or_why_there_is_none(screen):
    show_statistics(screen, PATH, _statistics())
    assert screen.text.endswith("OpenAI's tokenizer is not available.\n")

    cookbook = {
        "encoding": "cl100k_base",
        "tokens": _spread(4306),
        "n_epochs": 20,
        "billing": [{"longest_row_tokens": 4096, "n_rows_cut": 1, "tokens_per_epoch": 4306, "tokens": 86_120}],
    }
    show_statistics(screen, PATH, _statistics(cookbook=cookbook))
    assert screen.text.endswith("      4,096          1             4,306          86,120\n")


def test_rows_that_the_template_refuses_are_told_with_their_reasons(screen):
    refusals = [{"line": 4, "reason": "line 4: The model's chat template refused the messages: No why."}]

    show_statistics(screen, PATH, _statistics(refused_by_template={"n_rows": 1, "rows": refusals}))

    assert "1 row that the model's template refuses, not counted here; a job fails at the first:" in screen.text
    assert "  line 4: The model's chat template refused the messages: No why.\n" in screen.text


def test_a_file_without_rows_to_count_is_shown_all_the_same(screen):
    nothing = {"tokens": None, "trained_tokens": None, "sharing": None, "n_rows": 0, "tokens_per_epoch": 0}
    languages = {"n_rows": 0, "rows_by_language": {}, "n_unknown": 0}

    show_statistics(
        screen, PATH, _statistics(**nothing, languages=languages, refused={"n_rows": 3, "lines": [1, 2, 3]})
    )

    assert "3 rows with errors" in screen.text
