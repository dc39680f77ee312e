import asyncio

import pytest
from starlette.requests import Request

from tuneport.api.files.report_query import report_request
from tuneport.core import Forbidden
from tuneport.workspace import Caller


def asked(scope, **query):
    caller = Caller(project_id="proj_a", scope=scope, key_id="key_a")
    request = Request({"type": "http", "headers": [], "state": {"caller": caller}})
    return asyncio.run(report_request(request, **query))


def test_a_part_that_is_named_twice_is_made_once():
    assert asked("read", parts="check, quality,quality").parts == ("check", "quality")


def test_only_an_admin_s_key_makes_the_server_fetch_a_tokenizer():
    with pytest.raises(Forbidden, match="scope 'admin'"):
        asked("use", fetch_openai_tokenizer=True)

    assert asked("admin", fetch_openai_tokenizer=True).fetches_encoding
