# One image recipe for every app: docker build --build-arg APP=apps/sync .

# Only what npm reads, so that a change of a source file does not install the packages again.
FROM node:24-slim AS manifests
WORKDIR /work
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json -delete

FROM node:24-slim AS build
WORKDIR /work
COPY --from=manifests /work ./
RUN npm ci
COPY . .
ARG APP
RUN node tools/build/build-app.mjs "$APP" && node tools/build/image-packages.mjs "$APP"

# The packages of this app alone.
FROM node:24-slim AS packages
WORKDIR /app
ARG APP
COPY --from=build /work/dist/${APP}/package.json /work/dist/${APP}/package-lock.json ./
RUN npm ci

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 INTERNAL_HOST=0.0.0.0
WORKDIR /app
ARG APP
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /work/dist/${APP} ./
USER node
CMD ["node", "main.js"]
