import io
import json

from rich.console import Console

from tuneport.cli.screen import Screen


def test_text_that_looks_like_markup_is_shown_as_it_is(screen):
    screen.say("rows [red]1[/red] [/] :smile:")

    assert screen.text == "rows [red]1[/red] [/] :smile:\n"


def test_control_characters_are_seen_and_not_done(screen):
    screen.say("a\x1b[2Jb\r\x9b1m")
    screen.say_styled([("c\x1b[0m", "bold"), ("\x07", "")])
    screen.table(("name", ""), [("two\nlines\x1b]0;x", "1")])

    assert "\x1b" not in screen.text
    assert screen.text.startswith("a␛[2Jb␍␦1m\nc␛[0m␇\n")
    assert "two↵lines␛]0;x" in screen.text


def test_a_long_sentence_stays_one_line_where_there_is_no_terminal(screen):
    screen.say("word " * 60)

    assert screen.text.count("\n") == 1


def test_a_bar_shows_one_line_each_tenth_where_there_is_no_terminal(screen):
    with screen.bar("Training") as bar:
        for step in range(1, 101):
            bar.update(step, 100, f"step {step}/100")

    lines = screen.text.splitlines()
    assert lines == ["Training  step 1/100", *[f"Training  step {step}/100" for step in range(10, 101, 10)]]


def test_a_bar_without_a_known_end_shows_each_state_once(screen):
    with screen.bar("Training") as bar:
        for detail in ("validating files", "waiting, 2 in the queue", "waiting, 1 in the queue", "running"):
            bar.update(0, None, detail)

    assert screen.text.splitlines() == [
        "Training  validating files",
        "Training  waiting, 2 in the queue",
        "Training  running",
    ]


def test_a_live_bar_shows_title_and_detail_as_they_are_with_sentences_above():
    written = io.StringIO()
    screen = Screen(console=Console(file=written, force_terminal=True, width=100, markup=False, emoji=False))

    with screen.bar("hf:[org]/name") as bar:
        bar.update(1, 2, "[half] done")
        screen.say("a message")

    assert "hf:[org]/name" in written.getvalue()
    assert "[half] done" in written.getvalue()
    assert "a message\n" in written.getvalue()


def test_a_table_has_words_to_the_left_and_numbers_to_the_right(screen):
    screen.table(("model", "rows", "state"), [("tiny", "1,000", "ready"), ("b", "7", "not pulled")])

    assert screen.text.splitlines() == [
        "model    rows   state",
        "tiny    1,000   ready",
        "b           7   not pulled",
    ]


def test_a_table_wider_than_the_screen_is_not_cut(screen):
    screen.table(("model", "rows"), [("a" * 120, "1")])

    assert screen.text.splitlines()[1] == "a" * 120 + "      1"


def test_the_document_goes_to_standard_output_as_json(screen, capsys):
    screen.document({"name": "é"})

    assert json.loads(capsys.readouterr().out) == {"name": "é"}
    assert screen.text == ""
