import gradio as gr
def series(field, props): return gr.Textbox(lines=8, **props)
