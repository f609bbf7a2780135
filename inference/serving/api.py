"""REST: `/api/v1/models`, `/predict`, `/explain`, `/counterfactuals`, the streaming twins of these three, `/check`,
`/batch`, `/evaluate`, `/inspect`, `/sweep`, `/compare`, `/summary` and `/play`, with status codes.

A FastAPI application of its own, so that its OpenAPI document is clean; any server can take its routes, as app.py does
(routes and not a mount, which would go astray behind a proxy's sub-path). Bodies are JSON, or multipart/form-data whose
files are fields and whose part `inputs` is a JSON object.
"""

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from . import docs_page
from .bodies import read
from .endpoints import Endpoints
from .marking import marking
from .openapi import describe
from .paths import DOCS, PREFIX
from .reports import report
from .requests import (
    CheckRequest,
    CompareRequest,
    CounterfactualsRequest,
    ExplainRequest,
    PlayRequest,
    PredictRequest,
    SweepRequest,
    body_of,
)
from .streaming import CLIENT_LEFT, last_of, lines_of
from .studying import studying


class Route(APIRoute):
    """A route whose errors become `{"detail": message}` with the status of their kind."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await handle(request)
            except HTTPException:
                raise
            except ClientDisconnect:
                return Response(status_code=CLIENT_LEFT)
            except Exception as error:
                told = report(error)
                return JSONResponse({"detail": told.message}, told.status, told.headers)

        return guarded


def rest(endpoints: Endpoints) -> FastAPI:
    """The application, all of it under /api/v1."""
    # The pages of docs_url and redoc_url load from outside hosts; ours is in docs_page.py.
    app = FastAPI(title="SeeWhy", version="1", docs_url=None, redoc_url=None, openapi_url=f"{PREFIX}/openapi.json")
    describe(app, endpoints)
    app.router.route_class = Route

    @app.get(DOCS, include_in_schema=False, response_class=HTMLResponse)
    async def docs(request: Request) -> str:
        """The API for people to read."""
        return docs_page.page(app.openapi(), str(request.base_url).rstrip("/"))

    @app.get(f"{PREFIX}/models")
    @app.post(f"{PREFIX}/models", include_in_schema=False)
    async def models() -> list[dict[str, Any]]:
        """Every model on offer: name, task, title, fields, examples to send as they are, how long its recording is."""
        return endpoints.models()

    @app.post(f"{PREFIX}/predict", openapi_extra=body_of(PredictRequest))
    async def predict(request: Request) -> Response:
        """The prediction for one input, with its decision, warnings and trace."""
        return await last_of(request, predictions(await read(request, PredictRequest)))

    @app.post(f"{PREFIX}/predict/stream", openapi_extra=body_of(PredictRequest))
    async def predict_stream(request: Request) -> Response:
        """NDJSON: `{"delta": …}` for each piece of a text as it is written, and the answer last.

        Of this and every other stream, the first lines may be `{"waiting": {"place": 7, "seconds": 4}}`.
        """
        return await lines_of(predictions(await read(request, PredictRequest)))

    @app.post(f"{PREFIX}/explain", openapi_extra=body_of(ExplainRequest))
    async def explain(request: Request) -> Response:
        """Why the model gave the target its score. The work ends when the caller leaves."""
        return await last_of(request, explanations(await read(request, ExplainRequest)))

    @app.post(f"{PREFIX}/explain/stream", openapi_extra=body_of(ExplainRequest))
    async def explain_stream(request: Request) -> Response:
        """NDJSON: ever better explanations, one a line."""
        return await lines_of(explanations(await read(request, ExplainRequest)))

    @app.post(f"{PREFIX}/check", openapi_extra=body_of(CheckRequest))
    async def check(request: Request) -> Response:
        """How far an explanation can be trusted: what one check of it found. The work ends when the caller leaves."""
        asked = await read(request, CheckRequest)
        checks = endpoints.checks(asked.model, asked.inputs, asked.check, asked.target)
        return await last_of(request, (found.to_json() for found in checks))

    @app.post(f"{PREFIX}/compare", openapi_extra=body_of(CompareRequest))
    async def compare(request: Request) -> Response:
        """Two answers side by side, with their reasons and times. The work ends when the caller leaves."""
        asked = await read(request, CompareRequest)
        than = asked.other, asked.variant, asked.other_inputs
        found = endpoints.comparisons(asked.model, asked.inputs, *than, asked.target)
        return await last_of(request, (each.to_json() for each in found))

    @app.post(f"{PREFIX}/counterfactuals", openapi_extra=body_of(CounterfactualsRequest))
    async def counterfactuals(request: Request) -> Response:
        """The smallest changes that flip what is decided about an input. The work ends when the caller leaves."""
        return await last_of(request, changes(await read(request, CounterfactualsRequest)))

    @app.post(f"{PREFIX}/counterfactuals/stream", openapi_extra=body_of(CounterfactualsRequest))
    async def counterfactuals_stream(request: Request) -> Response:
        """NDJSON: `{"done", "total"}` evaluations, each set of changes as it is found, and all of them last."""
        return await lines_of(changes(await read(request, CounterfactualsRequest)))

    @app.post(f"{PREFIX}/sweep", openapi_extra=body_of(SweepRequest))
    async def sweep(request: Request) -> Response:
        """A number or a category over its range: the score at each value, and what would be decided."""
        asked = await read(request, SweepRequest)
        sweeps = endpoints.sweeps(asked.model, asked.inputs, asked.field, asked.target, asked.points)
        return await last_of(request, (found.to_json() for found in sweeps))

    @app.post(f"{PREFIX}/play", openapi_extra=body_of(PlayRequest, form=False))
    async def play(request: Request) -> Response:
        """NDJSON: one decision a tick, of a model's recording or of ticks sent along, as fast as they are made."""
        asked = await read(request, PlayRequest)
        return await lines_of(endpoints.play(asked.model, asked.ticks, asked.start, asked.count))

    studying(app, endpoints)
    marking(app, endpoints, PREFIX, read)

    def predictions(asked: PredictRequest) -> Iterator[dict[str, Any]]:
        return endpoints.predict_stream(asked.model, asked.inputs)

    def explanations(asked: ExplainRequest) -> Iterator[dict[str, Any]]:
        bounds = asked.evaluations, asked.seconds
        return endpoints.explain_stream(asked.model, asked.inputs, asked.target, *bounds, asked.method)

    def changes(asked: CounterfactualsRequest) -> Iterator[dict[str, Any]]:
        wanted = asked.to, asked.past, asked.fixed, asked.count, asked.evaluations
        return endpoints.counterfactuals_stream(asked.model, asked.inputs, *wanted)

    return app
