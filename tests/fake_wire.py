"""A server for the command's tests: answers the wire from prepared lists."""

import json

import httpx


class FakeServer:
    """Answers the wire from lists: each request takes the next prepared answer of its "METHOD path", the last stays."""

    def __init__(self):
        self.answers = {}
        self.requests = []
        self.queries = []
        """What stood behind the question mark of each request."""

    def on(self, request, *answers):
        """Prepare `answers`: each a JSON value, an `httpx.Response`, or an exception to raise in the client."""
        self.answers[request] = list(answers)

    def __call__(self, request):
        path = request.url.path.removeprefix("/v1/")
        self.requests.append((request.method, path, request.content))
        self.queries.append(request.url.query.decode())
        prepared = self.answers.get(f"{request.method} {path}")
        if prepared is None:
            return error_response(404, f"No such thing: {path}", "not_found")
        answer = prepared.pop(0) if len(prepared) > 1 else prepared[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def asked(self, method, path):
        """Give the bodies of the requests of that kind, JSON parsed where it is JSON."""
        bodies = [
            content for one_method, one_path, content in self.requests if (one_method, one_path) == (method, path)
        ]
        return [json.loads(body) if body[:1] == b"{" else body for body in bodies]


def error_response(status, message, code):
    return httpx.Response(status, json={"error": {"message": message, "type": "x", "param": None, "code": code}})


def report_stream(report, *progress):
    """Give the stream of a report on a file; `progress` is (part, bytes read, bytes) of each event before it."""
    told = [
        {"type": "progress", "part": part, "bytes_read": read, "bytes": n_bytes} for part, read, n_bytes in progress
    ]
    return event_stream(*told, {"type": "report", "report": report})


def event_stream(*events):
    return httpx.Response(200, text="".join(f"data: {json.dumps(event)}\n\n" for event in events) + "data: [DONE]\n\n")
