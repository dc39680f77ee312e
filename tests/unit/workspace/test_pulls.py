from pathlib import Path

import pytest

from tuneport.config import Settings
from tuneport.core import InvalidRequest, NotFound
from tuneport.workspace.pulls import follow_pull


def test_folder_is_refused_where_other_machines_can_ask(tmp_path: Path):
    settings = Settings(home=tmp_path, host="0.0.0.0", api_key="k")

    with pytest.raises(InvalidRequest, match="this machine alone"):
        next(follow_pull("/etc", settings))


def test_error_of_the_pull_reaches_who_follows_it(tmp_path: Path):
    with pytest.raises(NotFound, match="no-such-model"):
        next(follow_pull("no-such-model", Settings(home=tmp_path)))
