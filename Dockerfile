# The image of the runner, the dashboard and the history. It holds what the commit holds and nothing else: the build is
# given the repository's .git alone (.dockerignore), so that neither a changed file nor a secret beside the code comes
# in, and the runner can say which commit it runs. Not committed is not built.
ARG PYTHON=3.11

FROM docker.io/library/python:${PYTHON}-slim-bookworm AS system
# git tells the commit, libgomp1 is LightGBM's, tini reaps what a killed kernel leaves and passes signals on.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates git libgomp1 tini tzdata \
    && rm -rf /var/lib/apt/lists/*

FROM system AS checkout
COPY .git /repository/.git
RUN git -c safe.directory='*' clone --quiet --no-hardlinks /repository /srv/insiders \
    && git -C /srv/insiders remote remove origin \
    && python3 -m compileall -q /srv/insiders/runner /srv/insiders/insiders /srv/insiders/dashboard

# The packages, in a layer that stays as long as these files do: the places of our own code are only marked.
FROM system AS packages
# Places with wheels of your own, and another index, for a build behind a mirror; neither reaches the last stage.
ARG UV_FIND_LINKS=""
ARG PIP_FIND_LINKS=""
ARG PIP_INDEX_URL=""
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/insiders
COPY --from=checkout /srv/insiders/requirements.lock /srv/insiders/pyproject.toml ./
COPY --from=checkout /srv/insiders/infra/host/install.sh infra/host/install.sh
RUN mkdir runner insiders dashboard \
    && touch README.md runner/__init__.py insiders/__init__.py dashboard/__init__.py \
    && for name in UV_FIND_LINKS PIP_FIND_LINKS PIP_INDEX_URL; do eval "[ -n \"\$$name\" ]" || unset "$name"; done \
    && infra/host/install.sh

FROM system
RUN useradd --uid 10001 --user-group --home-dir /var/lib/insiders --no-create-home --shell /usr/sbin/nologin insiders \
    && install -d -o insiders -g insiders /var/lib/insiders /var/lib/insiders/output /var/lib/insiders/data
WORKDIR /srv/insiders
COPY --from=packages /srv/insiders/.venv .venv
COPY --from=checkout /srv/insiders ./
# Code and packages are root's; the user below writes in /var/lib/insiders and /tmp only.
ENV PATH=/srv/insiders/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/var/lib/insiders \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    INSIDERS_OUTPUT=/var/lib/insiders/output \
    INSIDERS_DATA=/var/lib/insiders/data
USER 10001:10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["python", "-m", "infra.compose.clock", "monthly"]
# The clock touches this file every few seconds; services that keep no clock have a health check of their own.
HEALTHCHECK --interval=60s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/srv/insiders/infra/compose/alive.sh"]
