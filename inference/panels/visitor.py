"""Who asks by the page or gradio_client: Gradio runs an event apart from the request that brought it."""

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
