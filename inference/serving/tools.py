"""The API as tools for assistants, by the Model Context Protocol, at /api/v1/mcp: the calls of `Endpoints` under their
own names, described by their docstrings, answering with JSON.

Not Gradio's own MCP server: it calls the page as a client of its own, which has no password where one is asked for,
and it answers with Python's notation instead of JSON.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import wraps
from importlib.util import find_spec
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Route

from ..errors import InputError
from .endpoints import Endpoints
from .paths import MCP
from .reports import report

ABOUT = (
    "Models that can be asked for a prediction, the decision that follows from it, and the reasons in SHAP values. "
    "Begin with `models`: it names them, their fields, and examples of inputs that can be sent as they are."
)


class Tools:
    """The tools, ready to be served: `routes`, and `running` as the lifespan of the application that has them."""

    def __init__(self, endpoints: Endpoints) -> None:
        """Raises InputError where the package mcp is missing."""
        if not find_spec("mcp"):
            raise InputError('--mcp needs the package mcp: pip install -e ".[mcp]"')
        from mcp.server.fastmcp import FastMCP
        from mcp.server.transport_security import TransportSecuritySettings

        # The Guard in front looks at Origin and Host, and knows which names may be asked for.
        anywhere = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        server = FastMCP(
            "SeeWhy",
            ABOUT,
            stateless_http=True,
            json_response=True,
            streamable_http_path=MCP,
            transport_security=anywhere,
        )
        for call in offered(endpoints):
            server.add_tool(asked(call), structured_output=True)
        self.routes: list[BaseRoute] = [r for r in server.streamable_http_app().routes if isinstance(r, Route)]
        self._manager = server.session_manager

    @asynccontextmanager
    async def running(self, _: Any) -> AsyncIterator[None]:
        """While the application runs."""
        async with self._manager.run():
            yield


def offered(endpoints: Endpoints) -> list[Callable[..., Any]]:
    """The calls that answer at once, or in the end: assistants read no streams."""
    first: list[Callable[..., Any]] = [
        endpoints.models,
        endpoints.predict,
        endpoints.explain,
        endpoints.check,
        endpoints.counterfactuals,
    ]
    return [*first, endpoints.sweep, endpoints.compare, endpoints.evaluate, endpoints.inspect]


def asked(call: Callable[..., Any]) -> Callable[..., Any]:
    """A call that leaves the server free meanwhile, and whose errors are the messages of `report`."""
    from mcp.server.fastmcp.exceptions import ToolError

    @wraps(call)
    async def tool(*values: Any, **named: Any) -> Any:
        try:
            return await run_in_threadpool(call, *values, **named)
        except Exception as error:
            raise ToolError(report(error).message) from None

    return tool
