"""How long what Gradio notes of a visitor stays in memory: the screens drawn, with all that their functions hold.

Gradio alone would keep it until 10,000 newer ones have come, and begins a session for each call without a page, too.
"""

from datetime import datetime, timedelta

import gradio as gr
from gradio.state_holder import SessionState, StateHolder

UNUSED = timedelta(hours=1)
"""After which a page goes that nothing was heard of."""
HERE = 600.0
"""Seconds between two words of an open page; a closed one says nothing, nor does that of a phone asleep."""
UNREAD, CALLED = timedelta(minutes=5), timedelta(seconds=2)
"""After which a call's goes whose answer waits to be fetched, and any other."""
MOST = 1_000
"""Sessions of pages, and of calls, of which nothing is under way; those unused for longest make room."""


def here() -> None:
    """To be called while the page is made: once open, it says again and again that it is there."""
    gr.Timer(HERE).tick(heard, queue=False, show_progress="hidden", api_visibility="private")


def heard() -> None:
    """That it asks is enough: Gradio notes when a session was used."""


def sweep(self: StateHolder) -> None:
    """In the place of Gradio's own, each second: forget the values of states in time, and the sessions."""
    for session in list(self.session_data):
        self.delete_state(session, expired_only=True)
    left = [leave(self, session) for session in overdue(self)]
    if left:
        hand_over(self.blocks, left)


def overdue(holder: StateHolder) -> list[str]:
    """The sessions that have to go: unused for too long, or for longest where there are too many."""
    now = datetime.now()
    pages: list[tuple[str, timedelta]] = []
    calls: list[tuple[str, timedelta]] = []
    events = list(holder.blocks._queue.event_ids_to_events.values())
    busy = {event.session_hash for event in events}
    for id, session in list(holder.session_data.items()):  # those unused for longest come first
        if id not in busy:
            idle = now - holder.time_last_used.get(id, now)
            (pages if is_page(holder, session) else calls).append((id, idle))
    old = [id for id, idle in pages if idle > UNUSED]
    old += [id for id, idle in calls if idle > (UNREAD if is_awaited(holder, id) else CALLED)]
    crowd = [id for some in (pages, calls) for id, _ in some[: max(0, len(some) - MOST)]]
    return list(dict.fromkeys(old + crowd))


def is_page(holder: StateHolder, session: SessionState) -> bool:
    """Whether a screen was drawn in it; any other is the same as a new one."""
    return not session.blocks_config.fns.keys() <= holder.blocks.fns.keys()


def is_awaited(holder: StateHolder, id: str) -> bool:
    """Whether an answer has not been fetched yet."""
    messages = holder.blocks._queue.pending_messages_per_session.get(id)
    return messages is not None and not messages.empty()


def leave(holder: StateHolder, id: str) -> SessionState:
    """Forget a session, with its states and what it has not fetched."""
    with holder.lock:
        session = holder.session_data.pop(id)
        holder.time_last_used.pop(id, None)
    queue = holder.blocks._queue
    queue.pending_event_ids_session.pop(id, None)
    messages = queue.pending_messages_per_session.get(id)
    if messages is not None and not messages._getters:  # else somebody listens, and would be told of a fault
        del queue.pending_messages_per_session[id]
    for place, value in session.state_data.items():
        session.blocks_config.blocks[place].delete_callback(value)  # type: ignore[union-attr]  # a gr.State
    return session


def hand_over(root: gr.Blocks, left: list[SessionState]) -> None:
    """The lists of a screen's files go with it; the files themselves are deleted as old as all others are."""
    widgets = [block for each in left for id, block in each.blocks_config.blocks.items() if id not in root.blocks]
    files = [found for found in (getattr(widget, "temp_files", None) for widget in widgets) if found is not None]
    root.upload_file_set.update(*files)
    gone, sets = {id(found) for found in files}, root.temp_file_sets
    for place in reversed(range(len(sets))):  # screens that are drawn meanwhile add theirs at the end
        if id(sets[place]) in gone:
            del sets[place]
