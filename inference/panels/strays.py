"""Who asks for the answers of an event that nobody began, by its number or its session, or for what a component does by
itself, of which there is none here: 404, where Gradio would fail and write a traceback into the log.
"""

import re
from urllib.parse import parse_qs

import gradio as gr
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ANSWERS = re.compile(r"/queue/data$|/call/(?:v2/)?[^/]+/(?P<event>[^/]+)$")
"""Where the answers of events are had, wherever a proxy puts it: of a session, or of one event."""


NOTHING = JSONResponse({"detail": "There is no such event here."}, 404)
COMPONENTS = re.compile(r"/(component_server|process_recording)/?$")


class Strays:
    """ASGI middleware in front of the page. Who may ask at all is still for Gradio to say."""

    def __init__(self, app: ASGIApp, blocks: gr.Blocks) -> None:
        self.app, self.blocks = app, blocks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._is_known(scope):
            await self.app(scope, receive, send)
            return
        if COMPONENTS.search(scope["path"]):
            await NOTHING(scope, receive, send)
            return
        refused = False

        async def answer(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] == 200:
                refused = True
                await NOTHING(scope, receive, send)
            elif not refused:
                await send(message)

        try:
            await self.app(scope, receive, answer)
        except Exception:
            if not refused:  # Gradio's own complaint about an answer that it has begun
                raise

    def _is_known(self, scope: Scope) -> bool:
        """Whether a request asks for something else, or for an event whose answers are still to be had."""
        found = ANSWERS.search(scope["path"]) if scope["method"] == "GET" else None
        if not found:
            return not COMPONENTS.search(scope["path"])
        queue, event = self.blocks._queue, found["event"]
        if event is None:
            sessions = parse_qs(scope["query_string"].decode("latin-1")).get("session_hash", [""])
            return sessions[-1] in queue.pending_messages_per_session
        if event in queue.event_ids_to_events or event in queue.pending_messages_per_session:
            return True
        return any(event in ids for ids in list(queue.pending_event_ids_session.values()))
