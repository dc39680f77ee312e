import json

import pytest
import typer

from tuneport.cli.plain_errors import plain_errors
from tuneport.core import DataError, EngineFailed, InvalidRequest, NotFound, ServerUnreachable


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidRequest("n_epochs is 99."), 2),
        (NotFound("No model 'x'."), 2),
        (DataError("Line 3 is broken."), 1),
        (EngineFailed("The engine died."), 1),
        (ServerUnreachable("No server."), 1),
    ],
)
def test_an_error_is_one_line_and_a_status_that_says_whose_fault_it_was(capsys, error, status):
    @plain_errors
    def command():
        raise error

    with pytest.raises(typer.Exit) as raised:
        command()

    assert raised.value.exit_code == status
    assert capsys.readouterr().err == f"Error: {error.message}\n"


def test_what_a_terminal_would_act_on_is_shown_as_a_picture(capsys):
    @plain_errors
    def command():
        raise NotFound("No model '\x1b]0;owned\x07\x1b[2J\x9b1m'.\nUse\tanother.")

    with pytest.raises(typer.Exit):
        command()

    assert capsys.readouterr().err == "Error: No model '␛]0;owned␇␛[2J␦1m'.\nUse\tanother.\n"


def test_with_json_the_error_is_the_document(capsys):
    @plain_errors
    def command(*, as_json):
        raise NotFound("No model 'x'.", code="model_not_found", param="model")

    with pytest.raises(typer.Exit):
        command(as_json=True)

    assert json.loads(capsys.readouterr().out) == {
        "status": "failed",
        "error": {"message": "No model 'x'.", "code": "model_not_found", "param": "model"},
    }


def test_an_interrupt_ends_with_status_130():
    @plain_errors
    def command():
        raise KeyboardInterrupt

    with pytest.raises(typer.Exit) as raised:
        command()

    assert raised.value.exit_code == 130


def test_a_defect_of_ours_is_not_hidden():
    @plain_errors
    def command():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        command()


def test_a_status_that_the_command_chose_stays():
    @plain_errors
    def command():
        raise typer.Exit(1)

    with pytest.raises(typer.Exit) as raised:
        command()

    assert raised.value.exit_code == 1
