"""REST of the history: `/api/v1/feedback` and `/api/v1/history/{id}`. Knows no database."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from ..types import Record
from .callers import bears
from .endpoints import Endpoints
from .requests import body_of

Token = Annotated[str | None, Header(description="the presenter's token")]
ATTACHED = 'attachment; filename="feedback{}"'


@dataclass(frozen=True, kw_only=True)
class FeedbackRequest(Record):
    """The id that an answer is kept under, what is said of it, and what it should have been."""

    id: str
    verdict: str
    truth: Any = None


def marking(app: FastAPI, endpoints: Endpoints, prefix: str, read: Callable[..., Awaitable[Any]]) -> None:
    """Add the routes. read: the body of a request as a record."""

    @app.post(f"{prefix}/feedback", openapi_extra=body_of(FeedbackRequest, form=False))
    async def feedback(request: Request) -> Response:
        """Mark an answer by the id that came with it as `kept`: right, wrong, or should be with the truth."""
        sent = await read(request, FeedbackRequest)
        return JSONResponse(await run_in_threadpool(endpoints.feedback, sent.id, sent.verdict, sent.truth))

    @app.get(f"{prefix}/feedback", response_class=Response)
    async def labelled(request: Request, model: str, x_seewhy_token: Token = None) -> Response:
        """Marked answers of a model as a labelled file, for the presenter: `Authorization: Bearer TOKEN`, or where
        that header says a name and a password, `X-Seewhy-Token: TOKEN`.
        """
        if not bears(request.headers, endpoints.token):
            raise HTTPException(401, "Only the presenter may read this.", {"WWW-Authenticate": "Bearer"})
        found = await run_in_threadpool(endpoints.labelled, model)
        headers = {"content-disposition": ATTACHED.format(found.suffix), "cache-control": "no-store"}
        return Response(found.content, media_type=found.media, headers=headers)

    @app.delete(f"{prefix}/history/{{id}}")
    async def forget(id: str) -> JSONResponse:
        """Delete what is kept of an answer, by the id that came with it."""
        return JSONResponse(await run_in_threadpool(endpoints.forget, id))
