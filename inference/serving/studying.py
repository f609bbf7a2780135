"""REST of many rows: `/api/v1/evaluate`, `/batch`, `/inspect` and `/summary`. Knows no file and no model."""

from fastapi import FastAPI, Request
from fastapi.responses import Response

from .batch import MEDIA, Batches, BatchRequest
from .bodies import read, read_file
from .endpoints import Endpoints
from .paths import PREFIX
from .requests import EvaluateRequest, InspectRequest, SummaryRequest, body_of
from .streaming import file_of, last_of, lines_of


def studying(app: FastAPI, endpoints: Endpoints) -> None:
    """Add the routes."""
    batches = Batches(endpoints)

    @app.post(f"{PREFIX}/evaluate", openapi_extra=body_of(EvaluateRequest, form=False))
    async def evaluate(request: Request) -> Response:
        """How right a model is on labelled rows, beside a naive answer; what a threshold does, and to which groups."""
        asked = await read(request, EvaluateRequest)
        told = asked.truth, asked.groups, asked.label, asked.threshold, asked.costs, asked.cluster
        found = endpoints.evaluations(asked.model, asked.rows, *told)
        return await last_of(request, (each.to_json() for each in found))

    @app.post(f"{PREFIX}/batch", openapi_extra=body_of(BatchRequest, file=True))
    async def batch(request: Request) -> Response:
        """A file with an answer for each row: NDJSON while it goes on, or a CSV or Parquet file at the end."""
        asked, file = await read_file(request, BatchRequest)
        if asked.format == "ndjson":
            return await lines_of(batches.lines(asked, *file))
        return await file_of(request, batches.whole(asked, *file), MEDIA[asked.format])

    @app.post(f"{PREFIX}/inspect", openapi_extra=body_of(InspectRequest, form=False))
    async def inspect(request: Request) -> Response:
        """What is wrong with the data of rows, how it drifted, and where the model is at its worst."""
        asked = await read(request, InspectRequest)
        told = asked.truth, asked.queries, asked.known
        found = endpoints.inspections(asked.model, asked.rows, *told)
        return await last_of(request, (each.to_json() for each in found))

    @app.post(f"{PREFIX}/summary", openapi_extra=body_of(SummaryRequest, form=False))
    async def summary(request: Request) -> Response:
        """NDJSON: how far it has come, and between ever better summaries of what the model goes by over many inputs."""
        asked = await read(request, SummaryRequest)
        return await lines_of(endpoints.summary(asked.model, asked.rows, asked.sample))
