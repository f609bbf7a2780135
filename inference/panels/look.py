"""The look of the page that Gradio draws itself; the rest is in assets/style/."""

import gradio as gr

from ..models import ASSETS

LOGO = ASSETS / "logo.svg"
SCRIPTS = (
    "page.js",
    "link.js",
    "what_if.js",
    "recording.js",
    "columns.js",
    "threshold.js",
    "queries.js",
    "kept.js",
    "lost.js",
)
SCRIPT = "".join((ASSETS / name).read_text(encoding="utf-8") for name in SCRIPTS)
HEAD = '<link rel="icon" href="favicon.ico">'  # relative: behind a proxy's sub-path, the browser would guess wrong
HEAD += f"<script>{SCRIPT}</script>"
# Here, because Gradio lets our style sheet reach only what lies inside its container.
HEAD += "<style media=print>.gradio-container { overflow: visible !important; display: block !important }</style>"
HEADER = (
    f'<header class="seewhy">{LOGO.read_text(encoding="utf-8")}<h1>See<span>Why</span></h1>'
    "<p>See what a model predicts, what would be done about it, and why.</p></header>"
    '<p id="said" role="status"></p>'
)
FOOTER = (
    '<footer class="seewhy">What you send is deleted within two hours, what you make a link to within seven days. '
    'Programs: <a href="api/v1/docs">the API</a>.</footer>'
)


def theme() -> gr.themes.Base:
    """Quiet surfaces, one accent, the reader's own system fonts: nothing is loaded from elsewhere."""
    sans = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"]
    mono = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]
    return gr.themes.Base(primary_hue="indigo", neutral_hue="slate", radius_size="lg", font=sans, font_mono=mono).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        block_border_width="0px",
        input_border_width="1px",
        input_border_color="*neutral_400",
        input_border_color_dark="*neutral_500",
        input_background_fill="white",
        input_background_fill_dark="*neutral_900",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_300",
        block_label_text_color="*neutral_700",
        block_label_text_color_dark="*neutral_200",
        block_title_text_color="*neutral_800",
        block_title_text_color_dark="*neutral_100",
        input_placeholder_color="*neutral_600",
        input_placeholder_color_dark="*neutral_300",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
    )
