"""The peer of start-up and memory: a Gradio page with one line of text, launched with app.py's options for serving.

Left out are the options that are content: theme, style, script, icon, routes.
"""

import os
import sys

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

import gradio as gr

TEXT = "Nothing to see here."

if __name__ == "__main__":
    with gr.Blocks(analytics_enabled=False, delete_cache=(3600, 3600)) as page:
        gr.Markdown(TEXT)
    page.queue(max_size=64, api_open=False)
    page.launch(
        server_port=int(sys.argv[2]),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
    )
