# The image of web, worker, beat and migrate; docker-compose.yml says which is which.

FROM node:22-bookworm-slim AS modules
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements/base.txt /tmp/base.txt
RUN pip install --require-hashes --only-binary :all: -r /tmp/base.txt
WORKDIR /app
COPY . .
COPY --from=modules /build/node_modules node_modules
RUN python tools/vendor.py \
    && SECRET_KEY=only-while-building DATABASE_URL=postgres://nobody@nowhere/none REDIS_URL=redis://nowhere:6379/0 \
       STATIC_ROOT=/app/collected python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf node_modules static \
    && mkdir static \
    && python -m compileall -q liaison companies issues assessment

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH LANG=C.UTF-8 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/app/collected MEDIA_ROOT=/data/media
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin liaison \
    && install -d -o liaison -g liaison -m 0700 /data /data/media
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
USER liaison
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "tools/healthcheck.py"]
CMD ["gunicorn", "liaison.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]
