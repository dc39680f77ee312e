from contextlib import contextmanager

import pytest

from tuneport.cli.commands import jobs


@pytest.mark.parametrize("stays", [True, False])
def test_a_resumed_job_without_a_server_that_stays_says_when_it_goes_on(server, client, monkeypatch, capsys, stays):
    @contextmanager
    def connect(_endpoint):
        yield client

    client.stays = stays
    server.on("POST fine_tuning/jobs/ftjob-a/resume", {"id": "ftjob-a", "status": "queued"})
    monkeypatch.setattr("tuneport.cli.connection.connect", connect)

    jobs.resume_job("ftjob-a")

    said = " ".join(capsys.readouterr().out.split())
    follow = "`tuneport jobs follow ftjob-a`"
    outlook = f" No server stays on this home folder: it goes on while `tuneport serve` or {follow} runs."
    assert said == "ftjob-a is queued." + ("" if stays else outlook)
