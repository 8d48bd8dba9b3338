# One image for every process: the API by default, the worker, beat and migrations by their command (docker-compose.yml).
FROM python:3.12-slim AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/production.txt /tmp/production.txt
RUN python -m venv /opt/engram \
    && /opt/engram/bin/pip install --require-hashes --no-deps --requirement /tmp/production.txt

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin engram \
    && install --directory --owner engram --mode 0700 /var/lib/engram
COPY --from=packages /opt/engram /opt/engram
WORKDIR /srv/engram
COPY manage.py ./
COPY config config
COPY backend backend
COPY tracker tracker
COPY locale locale
# Compiled here, because the running container can't write.
RUN python -m compileall -q config backend tracker
ENV PATH=/opt/engram/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=32
USER engram
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--no-ws", "config.wsgi:application"]
