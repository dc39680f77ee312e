import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PAGES = ("README.md", "CONTRIBUTING.md", "docs/tour.md")


@pytest.mark.parametrize("page", PAGES)
def test_each_path_that_a_page_names_is_there(page):
    text = (REPOSITORY / page).read_text()
    named = set(re.findall(r"\b(?:src|docs|examples|tests)/[\w./-]*\w", text))

    missing = {path for path in named if not (REPOSITORY / path).exists()}

    assert named
    assert missing == set()


def test_the_tree_of_the_readme_has_every_part_of_the_package():
    text = (REPOSITORY / "README.md").read_text()
    parts = {folder.parent.name for folder in (REPOSITORY / "src" / "tuneport").glob("*/__init__.py")}

    assert set(re.findall(r"^src/tuneport/(\w+)", text, flags=re.MULTILINE)) == parts


def test_the_python_of_the_readme_runs_to_an_answer(real_server, monkeypatch, capsys):
    blocks = re.findall(r"```python\n(.*?)```", (REPOSITORY / "README.md").read_text(), flags=re.DOTALL)
    code = blocks[0].replace("http://127.0.0.1:8410", real_server.url).replace("smollm2-135m-instruct", "tiny")
    monkeypatch.chdir(REPOSITORY)
    names = {}

    exec(compile(code, "README.md", "exec"), names)

    names["client"].close()
    assert len(blocks) == 1
    assert names["job"].status == "succeeded"
    assert "ChatCompletionMessage(" in capsys.readouterr().out
