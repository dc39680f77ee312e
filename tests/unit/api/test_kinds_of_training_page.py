import json
from pathlib import Path

from tuneport.api.fine_tuning.translate import job_request
from tuneport.api.fine_tuning.wire import CreateJobRequest

PAGE = Path(__file__).parents[3] / "docs/kinds-of-training.md"


def test_the_job_on_the_page_is_one_that_the_server_takes():
    example = PAGE.read_text().split("```json\n")[1].split("```")[0]

    request = job_request(CreateJobRequest.model_validate(json.loads(example)))

    assert (request.tuning.kind, request.tuning.rank, request.tuning.alpha) == ("dora", 8, 16)
    assert (request.tuning.new_tokens, request.tuning.quantization) == (("<yes>",), "nf4")
