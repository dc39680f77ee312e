"""The server's numbers, in the words of Prometheus: requests, engines, jobs. No names of users, no content."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy import func, select

from tuneport.inference import Engines, Exchange
from tuneport.store import Database, JobRow

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class Metrics:
    def __init__(self) -> None:
        # Not the library's own registry, which all servers of a process would share.
        self._registry = CollectorRegistry()
        of_route, of_model = ("method", "route"), ("model",)
        self._requests = self._counter("http_requests", "Requests answered.", (*of_route, "status"))
        self._request_seconds = self._histogram("http_request_seconds", "Until an answer has been sent.", of_route)
        self._answers = self._counter("answers", "Answers of engines, by how they ended.", ("model", "outcome"))
        self._prompt_tokens = self._counter("prompt_tokens", "Tokens of prompts.", of_model)
        self._cached_tokens = self._counter("cached_prompt_tokens", "Those not computed again.", of_model)
        self._generated_tokens = self._counter("generated_tokens", "Tokens of answers.", of_model)
        self._first_token = self._histogram("first_token_seconds", "Until an answer's first token.", of_model)
        self._answer_seconds = self._histogram("answer_seconds", "Until an answer's end.", of_model)

    def watch(self, engines: Engines, database: Database) -> None:
        """Add what is looked up at each reading: engines at work, and jobs by status."""
        self._registry.register(_Looked(engines, database))

    def note_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """`route`: the path's template; ids stay out, or every file had a time series of its own."""
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(method, route).observe(seconds)

    def note_answer(self, exchange: Exchange) -> None:
        model = exchange.model
        self._answers.labels(model, exchange.outcome).inc()
        self._prompt_tokens.labels(model).inc(exchange.prompt_tokens)
        self._cached_tokens.labels(model).inc(exchange.cached_tokens)
        self._generated_tokens.labels(model).inc(exchange.generated_tokens)
        self._answer_seconds.labels(model).observe(exchange.seconds)
        if exchange.first_token_seconds is not None:
            self._first_token.labels(model).observe(exchange.first_token_seconds)

    def text(self) -> bytes:
        """Give all numbers in Prometheus' text format, version 0.0.4."""
        return generate_latest(self._registry)

    def _counter(self, name: str, meaning: str, labels: tuple[str, ...]) -> Counter:
        return Counter(f"tuneport_{name}", meaning, labels, registry=self._registry)

    def _histogram(self, name: str, meaning: str, labels: tuple[str, ...]) -> Histogram:
        return Histogram(f"tuneport_{name}", meaning, labels, registry=self._registry, buckets=_SECONDS)


class _Looked:
    def __init__(self, engines: Engines, database: Database) -> None:
        self._engines = engines
        self._database = database

    def collect(self) -> Iterator[Metric]:
        running = GaugeMetricFamily("tuneport_engines_running", "Engine processes.", labels=["model"])
        requests = GaugeMetricFamily("tuneport_engine_requests", "Requests waiting or under way.", labels=["model"])
        counts: dict[str, tuple[int, int]] = {}
        for client in self._engines.clients():
            n_running, n_requests = counts.get(client.model, (0, 0))
            counts[client.model] = (n_running + client.is_running, n_requests + client.n_requests)
        for model, (n_running, n_requests) in counts.items():
            running.add_metric([model], n_running)
            requests.add_metric([model], n_requests)
        jobs = GaugeMetricFamily("tuneport_jobs", "Fine-tuning jobs.", labels=["status"])
        with self._database.read() as session:
            for status, count in session.execute(select(JobRow.status, func.count()).group_by(JobRow.status)):
                jobs.add_metric([status], count)
        yield from (running, requests, jobs)
