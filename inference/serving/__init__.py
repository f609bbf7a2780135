"""How models are reached: one set of functions, behind the page, HTTP and gradio_client alike."""
