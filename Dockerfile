# Longship's shipper (and its embedded server: `serve`). Two stages: dist/ is built with everything, the image has production
# dependencies only. node:…-slim, not alpine: snappy's native part is built for glibc.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Its prepare script builds dist/, for which the sources must be there.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.types.json ./
COPY scripts/build.mjs scripts/
COPY schema schema
COPY loki loki
COPY shipper shipper
COPY dashboards dashboards
COPY logger logger
RUN node scripts/build.mjs && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
# /var/lib/longship: positions and dead letters; group 10001 writes there, whichever user runs it. /var/lib/grafana-init: read by
# Grafana, whose group is 0. Volumes take these owners when they are first used.
RUN groupadd --gid 10001 longship \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin longship \
 && install -d -o 10001 -g 10001 -m 2770 /var/lib/longship \
 && install -d -o 10001 -g 0 -m 0750 /var/lib/grafana-init
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY schema schema
COPY samples samples
COPY stack/healthy.mjs stack/grafana-init.mjs stack/
USER 10001:10001
# Not 0.0.0.0: the health check asks from inside, and /metrics is not for everyone.
ENV LONGSHIP_LISTEN=127.0.0.1:9080
HEALTHCHECK --interval=15s --timeout=5s --retries=3 --start-period=10s CMD ["node", "/app/stack/healthy.mjs", "http://127.0.0.1:9080/ready"]
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["ship", "--config", "/etc/longship/longship.yaml"]
