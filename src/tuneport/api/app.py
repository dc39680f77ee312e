"""The HTTP application: routes, errors, access and headers put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import Depends, FastAPI
from starlette.types import ASGIApp

from tuneport import __version__
from tuneport.api import (
    aliases,
    azure,
    batches,
    chat,
    checkpoint_permissions,
    completions,
    costs,
    data_desk,
    deployments,
    embeddings,
    exports,
    files,
    fine_tuning,
    keys,
    metrics,
    models,
    projects,
    responses,
    row_loss,
    uploads,
    webhooks,
)
from tuneport.api import tuneport as own
from tuneport.api.access import AccessCheck
from tuneport.api.description import TITLE, add_description
from tuneport.api.errors import add_error_handlers
from tuneport.api.idempotency import Idempotency
from tuneport.api.limits import RateLimit
from tuneport.api.page_query import refuse_repeated_query
from tuneport.api.request_body import WholeBody
from tuneport.api.request_headers import RequestHeaders
from tuneport.api.request_log import RequestLog
from tuneport.api.whole_file_work import limit_whole_file_work
from tuneport.workspace import Workspace

SPARE_THREADS = 64
"""Beside one thread for each request that may wait for an engine."""


def build_app(workspace: Workspace) -> ASGIApp:
    """Give the application over a workspace that its caller starts and stops."""
    app = routed_app()
    app.state.workspace = workspace
    limit_whole_file_work(app)
    return _guarded(app, workspace)


def routed_app() -> FastAPI:
    """Give the routes with their errors and their description, as yet without anything to answer from."""
    app = FastAPI(
        title=TITLE,
        version=__version__,
        lifespan=_lifespan,
        redirect_slashes=False,
        dependencies=[Depends(refuse_repeated_query)],
        # These pages load their scripts from another server; nothing of ours does. /openapi.json stays.
        docs_url=None,
        redoc_url=None,
    )
    for router in (
        # First, as paths are compared in this order and it is asked the most.
        fine_tuning.router,
        files.router,
        row_loss.router,
        data_desk.router,
        models.router,
        chat.router,
        completions.router,
        embeddings.router,
        responses.router,
        uploads.router,
        batches.router,
        aliases.router,
        deployments.router,
        exports.router,
        checkpoint_permissions.router,
        keys.router,
        projects.router,
        costs.router,
        metrics.router,
        own.router,
        *azure.routers,
    ):
        app.include_router(router)
    for prefix in webhooks.PREFIXES:
        app.include_router(webhooks.router, prefix=prefix)
    add_error_handlers(app)
    add_description(app)
    return app


def _guarded(app: ASGIApp, workspace: Workspace) -> ASGIApp:
    """Give the application behind what every request passes first; the last is the outermost."""
    settings = workspace.settings
    app = Idempotency(app, workspace.idempotent_answers)
    app = WholeBody(app, settings.max_json_bytes)
    app = RateLimit(app, settings, workspace.clock)
    app = AccessCheck(app, workspace)
    app = azure.AzurePrefixes(app)
    app = RequestLog(app, workspace.metrics.note_request, settings.access_log_file)
    return RequestHeaders(app, organization=settings.organization)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    # Waiting for an engine takes a thread; the usual 40 would let chats keep everyone else out.
    limiter = anyio.to_thread.current_default_thread_limiter()
    limiter.total_tokens = app.state.workspace.settings.engine_max_queued + SPARE_THREADS
    yield
