# Debian and not Alpine: the SDK's core is built for glibc only.
FROM node:22-bookworm-slim AS package
WORKDIR /source
COPY package.json package-lock.json ./
# No package needs its install script; one of them is telemetry.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN mkdir /package && npm pack --pack-destination /package

FROM node:22-bookworm-slim AS app
WORKDIR /app
# What it depends on, in the versions of the lock: a package has none.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# The SDK brings its core for five platforms, 138 MB; one is used.
RUN find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
      ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} + \
    && test -d "node_modules/@temporalio/core-bridge/releases/$(uname -m)-unknown-linux-gnu"
COPY --from=package /package /package
RUN mkdir node_modules/tickless \
    && tar -xzf /package/tickless-*.tgz --strip-components=1 -C node_modules/tickless \
    && rm package.json package-lock.json

FROM node:22-bookworm-slim
# The core takes its root certificates from the system, which has none: TLS to an engine (Temporal Cloud) would fail.
# Without ffmpeg a session's video would be sent to the transcriber whole.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates ffmpeg \
    && rm -rf /var/lib/apt/lists/*
# HOST: a container's loopback is reachable by nobody.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 TICKLESS_DATA=/var/lib/tickless
# A project that is put on top has its packages in /app too, and so its own version of the command.
RUN install -d -o node -g node /app "$TICKLESS_DATA" \
    && ln -s /app/node_modules/tickless/cli/tickless.mjs /usr/local/bin/tickless
WORKDIR /app
COPY --from=app --chown=node:node /app ./
USER node
EXPOSE 3000
# Exec form, so that SIGTERM reaches node. A worker is the same image with `node node_modules/tickless/dist/worker/main.js`.
CMD ["node", "node_modules/tickless/dist/api/main.js"]
