import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tuneport import __version__
from tuneport.cli import build_app
from tuneport.cli.commands import serve
from tuneport.config import DEFAULT_PORT

# Each of these costs more than the rest of `tuneport --help` together.
_SLOW_MODULES = {"httpx", "rich", "pydantic", "psutil", "torch", "tuneport.core", "tuneport.config"}

_PAGE = str(Path(__file__).with_name("conftest.py"))
_NOWHERE = "http://127.0.0.1:9"


def _invoke(*arguments):
    return CliRunner().invoke(build_app(), list(arguments))


def test_help_is_shown_without_the_slow_imports():
    program = (
        "import sys, tuneport.cli\n"
        "try: tuneport.cli.build_app()(['--help'])\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "Commands:" in done.stdout
    assert _SLOW_MODULES & set(done.stderr.split()) == set()


def test_the_version_is_the_packages():
    assert _invoke("--version").stdout == f"tuneport {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "no-such-file.jsonl"],
        ["run"],
        ["run", __file__, "--n-epochs", "51"],
        ["run", __file__, "--method", "magic"],
        ["run", __file__, "--validation", "no-such-file.jsonl"],
        ["data", "check", "no-such-file.jsonl"],
        ["data", "show-loss", __file__, "--row", "1", "--line", "2"],
        ["data", "show-loss", __file__, "--row", "0"],
        ["data", "report", __file__, "--html", "no-such-folder/report.html"],
        ["data", "report", __file__, "--validation", _PAGE, "--html", _PAGE, "--endpoint", _NOWHERE],
        ["data", "show-loss", __file__, "--html", __file__, "--endpoint", _NOWHERE],
        ["models", "pull"],
        ["no-such-command"],
    ],
)
def test_a_command_used_wrongly_ends_with_status_2_and_says_why(arguments):
    result = _invoke(*arguments)

    assert result.exit_code == 2
    assert "Error: " in result.stderr
    assert "Traceback" not in result.output


def test_the_port_in_the_help_is_the_one_that_the_server_takes():
    assert serve.DEFAULT_PORT == DEFAULT_PORT


def test_a_server_that_is_not_there_is_one_paragraph():
    result = _invoke("doctor", "--endpoint", _NOWHERE)

    assert result.exit_code == 1
    assert result.stderr.startswith("Error: http://127.0.0.1:9/v1: no server answers there")
    assert result.stderr.count("\n") == 1
