# One image for each service: docker build --build-arg SERVICE=registry -t shenchi/registry:0.1.0 .
FROM python:3.11.14-slim-bookworm AS build
ARG SERVICE
WORKDIR /build
COPY requirements.lock pyproject.toml ./
COPY deploy/runtime.py deploy/
RUN python deploy/runtime.py "$SERVICE" > runtime.lock \
 && pip install --no-cache-dir --disable-pip-version-check --root-user-action ignore \
        --require-hashes --no-deps --ignore-installed --only-binary :all: --prefix /installed -r runtime.lock

WORKDIR /shenchi
COPY shared shared
COPY services services
COPY gateway gateway
COPY deploy/__init__.py deploy/container.py deploy/databases.py deploy/
COPY deploy/local/__init__.py deploy/local/cluster.py deploy/local/
# Only the service's own code goes along. Bytecode is made here: the root of a running container is read-only.
RUN find services -mindepth 1 -maxdepth 1 -type d ! -name "$SERVICE" -exec rm -r {} + \
 && if [ "$SERVICE" != gateway ]; then rm -r gateway; fi \
 && python -m compileall -q --invalidation-mode unchecked-hash .

FROM python:3.11.14-slim-bookworm
ARG SERVICE
ENV SERVICE=$SERVICE SHENCHI_HOST=0.0.0.0 SHENCHI_PORT=8000 \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=build /installed /usr/local
COPY --from=build /shenchi /shenchi
WORKDIR /shenchi
# A number, so that Kubernetes can see that it is not root.
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-m", "deploy.container", "health"]
ENTRYPOINT ["python", "-m", "deploy.container"]
CMD ["all"]
