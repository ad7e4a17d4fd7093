FROM node:24-slim AS packages
WORKDIR /causeway
COPY package.json package-lock.json .npmrc ./
COPY vendor vendor
# The image has its own Node, so the Node from the packages is not needed.
RUN npm ci --omit=dev && rm -rf node_modules/node-linux-*

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /causeway
RUN mkdir -p /data node_modules/.cache && chown node:node /data
COPY --from=packages /causeway/node_modules node_modules
COPY package.json ./
COPY bin bin
COPY src src
COPY bridges bridges
COPY config config
RUN mkdir -p node_modules/.cache && chown node:node node_modules/.cache
USER node
ENV CAUSEWAY_DATA_DIR=/data CAUSEWAY_LISTEN_HOST=0.0.0.0
VOLUME /data
EXPOSE 8480
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8480/readyz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The entry point is Node itself, so SIGTERM reaches the server, which stops within ten seconds.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "bin/causeway.js"]
CMD ["serve"]
