"""A row in the terminal, token by token."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from shown_rows import loss_row, row_loss, token
from tuneport.cli.row_loss import read_row_loss, show_row_loss
from tuneport.cli.screen import Screen

FILE = Path("train.jsonl")
PROMPT = (token("<|im_start|>", is_special=True), token("Hi\n"))


@pytest.fixture
def terminal(monkeypatch):
    """Give a screen that takes itself for a terminal, and what is written to it."""

    def open_terminal(*, no_colour=False):
        monkeypatch.delenv("NO_COLOR", raising=False)
        written = io.StringIO()
        console = Console(file=written, force_terminal=True, color_system="standard", no_color=no_colour, width=100)
        return Screen(console=console), written

    return open_terminal


def test_without_colour_what_carries_loss_stands_in_brackets(screen):
    show_row_loss(screen, FILE, row_loss(*PROMPT, token("Hel", 1.0), token("lo", 1.0), token("\n")))

    assert screen.text.startswith("train.jsonl line 3, as tiny is trained on it (supervised):\n")
    assert "<|im_start|>Hi↵\n⟦Hello⟧↵\n" in screen.text
    assert "5 tokens, 2 of them with loss\n" in screen.text


def test_another_weight_than_1_is_named(screen):
    show_row_loss(screen, FILE, row_loss(token("a", 1.0), token("b", 0.5)))

    assert "⟦a⟧⟦0.5: b⟧" in screen.text
    assert "2 of them with loss, of weight 1.5 together" in screen.text


def test_the_cut_is_a_line_with_what_is_lost_behind_it(screen):
    row = loss_row(token("Hi"), token("Hel", 1.0), token("lo", is_cut=True), n_more_cut=1200)

    show_row_loss(screen, FILE, row_loss(rows=[row], is_trained=True))

    before, after = screen.text.split("─── cut here, after 2 tokens: training does not see the rest ───\n")
    assert before.endswith("Hi⟦Hel⟧\n")
    assert after.startswith("lo\n… and 1,200 tokens more\n2 tokens, 1 of them with loss; 1,201 tokens more cut off\n")


def test_a_token_that_holds_half_a_character_is_shown_as_its_bytes(screen):
    show_row_loss(screen, FILE, row_loss(token("", 1.0, bytes=[0xC3]), token("é", 1.0, bytes=[0xA9]), token("", 1.0)))

    assert "⟦⟨c3⟩é⟨#7⟩⟧" in screen.text


def test_both_answers_of_a_pair_are_named(screen):
    rows = [loss_row(token(text, 1.0), answer=answer) for text, answer in (("a", "preferred"), ("b", "non_preferred"))]

    show_row_loss(screen, FILE, row_loss(rows=rows, is_trained=True))

    assert "Preferred answer\n⟦a⟧\n" in screen.text
    assert "Non-preferred answer\n⟦b⟧\n" in screen.text


def test_a_pair_of_the_same_answers_is_said_to_be_left_out_for_that(screen):
    rows = [loss_row(token("a", 1.0), answer=answer) for answer in ("preferred", "non_preferred")]

    show_row_loss(screen, FILE, row_loss(rows=rows, is_trained=False))

    assert "A job leaves this row out: its two answers are the same tokens" in screen.text


def test_a_row_that_teaches_nothing_is_said_to_be_left_out(screen):
    show_row_loss(screen, FILE, row_loss(*PROMPT))

    assert "A job leaves this row out: no token of it carries loss." in screen.text


def test_in_a_terminal_loss_has_a_colour_and_neighbours_differ(terminal):
    screen, written = terminal()

    show_row_loss(screen, FILE, row_loss(token("no"), token("one", 1.0), token("two", 1.0), token("half", 0.5)))

    assert "no\x1b[30;42mone\x1b[0m\x1b[30;102mtwo\x1b[0m" in written.getvalue()
    assert "0.5: \x1b[0m\x1b[30;43mhalf\x1b[0m" in written.getvalue()
    assert "⟦" not in written.getvalue()


def test_in_a_terminal_without_colours_the_brackets_are_back(terminal):
    screen, written = terminal(no_colour=True)

    show_row_loss(screen, FILE, row_loss(token("no"), token("yes", 1.0)))

    assert "no⟦yes⟧" in written.getvalue()


def test_text_of_the_file_cannot_steer_the_terminal(terminal):
    screen, written = terminal()

    show_row_loss(screen, FILE, row_loss(token("\x1b[2Jred\x07\x9b[bold]", 1.0)))

    assert "␛[2Jred␇␦[bold]" in written.getvalue()
    assert "\x1b[2J" not in written.getvalue()


def test_only_what_was_chosen_is_asked_of_the_server(server, client):
    server.on("GET files/file-1/rows/4/loss", row_loss(*PROMPT))

    found = read_row_loss(client, "file-1", 4, numbered_by="line", model=None)

    assert found["line"] == 3
    assert server.queries == ["numbered_by=line"]
