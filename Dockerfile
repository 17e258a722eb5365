# Debian and not Alpine: the SDK's core is built for glibc only.
FROM node:22-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# No package needs its install script; one of them is telemetry.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# The SDK brings its core for five platforms, 138 MB; one is used.
RUN find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
      ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} + \
    && test -d "node_modules/@temporalio/core-bridge/releases/$(uname -m)-unknown-linux-gnu"

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node deploy/build.mjs

FROM node:22-bookworm-slim
# The core takes its root certificates from the system, which has none: TLS to an engine (Temporal Cloud) would fail.
# Without ffmpeg a session's video would be sent to the transcriber whole.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates ffmpeg \
    && rm -rf /var/lib/apt/lists/*
# HOST: a container's loopback is reachable by nobody.
# The threads that run workflows are prepared by it (TICKLESS_FAST_SANDBOX).
ENV NODE_OPTIONS=--require=/app/dist/worker/sandbox-preload.cjs
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 TICKLESS_DATA=/var/lib/tickless
RUN install -d -o node -g node "$TICKLESS_DATA"
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json ./
USER node
EXPOSE 3000
# Exec form, so that SIGTERM reaches node. A worker is the same image with `node dist/worker/main.js`.
CMD ["node", "dist/api/main.js"]
