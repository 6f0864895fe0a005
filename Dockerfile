# Both plugins with their virtual environments baked in: a run installs nothing and needs no package index.
#
#   docker build -t sonar-to-splynx .
#   docker run --rm --env-file .env -v sonar-to-splynx:/project/workspace sonar-to-splynx run tap-sonar target-splynx
#
# State and ledger: see compose.yaml. The workspace (the stage) must be a volume that outlives the container.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    UV_NO_CACHE=1 \
    PATH=/opt/meltano/bin:$PATH \
    MELTANO_CLI_DISABLE_VERSION_CHECK=1 \
    MELTANO_SEND_ANONYMOUS_USAGE_STATS=false \
    MELTANO_ENVIRONMENT=production

WORKDIR /project
COPY constraints.txt ./
RUN python -m venv /opt/meltano && \
    pip install --constraint constraints.txt "meltano[postgres]~=4.4"

COPY meltano.yml ./
COPY tap-sonar ./tap-sonar
COPY target-splynx ./target-splynx
RUN UV_CONSTRAINT=/project/constraints.txt meltano install && \
    useradd --create-home --uid 10001 migration && \
    install --directory --owner=migration --mode=700 /project/workspace /project/output && \
    chown -R migration /project/.meltano

# From here on nothing is installed, and nothing that is written can be read by others.
ENV MELTANO_AUTO_INSTALL=false
USER 10001
VOLUME /project/workspace
ENTRYPOINT ["/bin/sh", "-c", "umask 077 && exec meltano \"$@\"", "meltano"]
CMD ["run", "tap-sonar", "target-splynx"]
