# One image recipe for every app: docker build --build-arg APP=apps/sync .
FROM node:24-slim AS build
WORKDIR /work
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
ARG APP
RUN node tools/build/build-app.mjs "$APP"

FROM node:24-slim AS packages
WORKDIR /work
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=packages /work/node_modules ./node_modules
ARG APP
COPY --from=build /work/dist/${APP} ./
USER node
CMD ["node", "main.js"]
