from pathlib import Path

from tuneport.cli.traffic_text import show_traffic

NONE = {"n_rows": 0, "lines": []}
LIKENESS = {
    "n_compared_rows": 300,
    "n_compared_requests": 200,
    "similarity_of_rows": 0.55,
    "similarity_of_requests": 0.31,
    "unlike_similarity": 0.12,
    "unlike": {"n_rows": 62, "lines": [*range(3, 23)]},
    "unlike_share": 0.31,
    "is_more_than_chance": True,
}


def shown(screen, **changes):
    report = {
        "n_rows": 300,
        "n_unread_rows": 0,
        "n_unread_requests": 0,
        "n_requests": 200,
        "n_requests_without_text": 0,
        "likeness": LIKENESS,
        "unknown_instructions": NONE,
        "unknown_tools": NONE,
        "unknown_tool_names": [],
        "length_of_rows": {"p50": 40, "p95": 90},
        "length_of_requests": {"p50": 1200, "p95": 4000},
    } | changes
    show_traffic(screen, Path("train.jsonl"), report)
    return screen.text


def test_unlike_requests_are_shown_with_what_to_do(screen):
    text = shown(screen)

    assert "train.jsonl: 300 rows beside 200 requests\n" in text
    assert "unlike: 62 requests, 31 % (5 % where requests and rows are of one kind)\n" in text
    assert "add rows like them" in text
    assert "0.31 for a request, 0.55 for another row" in text
    assert "lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 52 more, the least like first\n" in text
    assert "rows 40 (95 % up to 90), requests 1,200 (4,000)" in text


def test_a_share_that_chance_gives_asks_for_nothing(screen):
    assert "add rows" not in shown(screen, likeness=LIKENESS | {"is_more_than_chance": False})


def test_instructions_and_tools_that_are_not_trained_are_shown(screen):
    text = shown(
        screen,
        n_requests_without_text=50,
        unknown_instructions={"n_rows": 250, "lines": [1, 2]},
        unknown_tools={"n_rows": 1, "lines": [7]},
        unknown_tool_names=["ring"],
    )

    assert "left out: 50 requests without text\n" in text
    assert "unknown_instructions: 250 requests, 100 %, have instructions that no row has\n" in text
    assert "unknown_tools: 1 request, 0 %, offer a tool that no row offers: ring\n" in text
    assert "  line 7\n" in text


def test_without_two_prompts_there_is_no_likeness(screen):
    assert "unlike" not in shown(screen, likeness=None)
