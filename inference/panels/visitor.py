"""Who asks by the page or gradio_client, and whether they have left: Gradio runs an event apart from the request that
brought it.
"""

from gradio.context import LocalContext

from ..serving.callers import Caller


def visitor() -> Caller | None:
    """The visitor whose event runs here, as the middleware noted it in the request; None outside of any."""
    request = LocalContext.request.get(None)
    if request is None or request.client is None:
        return None
    return Caller(
        request.client.host, request.session_hash or "", request.username or "", request.headers.get("x-request-id", "")
    )


def left() -> bool:
    """Whether the visitor whose event runs here has closed the connection on which its answer was to come.

    Gradio notices, but ends only what streams. Who never opened one, to ask for the answer later, counts as here.
    """
    blocks, event = LocalContext.blocks.get(None), LocalContext.event_id.get(None)
    found = blocks._queue.event_ids_to_events.get(event) if blocks is not None and event else None
    return found is not None and (found.closed or not found.alive)  # the page as a whole, or that connection
