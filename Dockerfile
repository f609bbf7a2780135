# The app in a container, by the rules of a Hugging Face Space: user 1000, port 7860, caches in that user's own home.
#   docker build --tag seewhy . && docker run --publish 7860:7860 seewhy
# Where there is no GPU, --build-arg INDEX=URL of an index with a CPU build of torch makes it some gigabytes smaller.
FROM python:3.12-slim-bookworm

RUN useradd --create-home --uid 1000 user
USER 1000
ENV HOME=/home/user \
    PATH=/home/user/.local/bin:$PATH \
    PIP_NO_CACHE_DIR=1 \
    PYTHONUNBUFFERED=1 \
    SEEWHY_HOST=0.0.0.0 \
    SEEWHY_PORT=7860
WORKDIR /home/user/app

COPY --chown=1000 requirements.txt ./
ARG INDEX=""
RUN pip install --user ${INDEX:+--extra-index-url "$INDEX"} --requirement requirements.txt

COPY --chown=1000 app.py README.md LICENSE ./
COPY --chown=1000 inference ./inference
COPY --chown=1000 explain ./explain
COPY --chown=1000 assets ./assets

EXPOSE 7860
CMD ["python", "app.py"]
