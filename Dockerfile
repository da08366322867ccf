# One image recipe for every app: docker build --build-arg APP=apps/sync .
# `npm run pin` renews the digests.

# Only what npm reads, so that a change of a source file does not install the packages again.
FROM node:24.21.0-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6 AS manifests
WORKDIR /work
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json -delete

FROM node:24.21.0-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6 AS build
WORKDIR /work
COPY --from=manifests /work ./
RUN npm ci
COPY . .
ARG APP
RUN node tools/build/build-app.mjs "$APP" && node tools/build/image-packages.mjs "$APP"

# The packages of this app alone.
FROM node:24.21.0-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6 AS packages
WORKDIR /app
ARG APP
COPY --from=build /work/dist/${APP}/package.json /work/dist/${APP}/package-lock.json ./
RUN npm ci --omit=dev

FROM node:24.21.0-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6
ENV NODE_ENV=production HOST=0.0.0.0 INTERNAL_HOST=0.0.0.0
WORKDIR /app
ARG APP
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /work/dist/${APP} ./
COPY tools/build/health.mjs ./
USER node
CMD ["node", "main.js"]
