# Both programs and nothing else. docs/container.md describes the image.
FROM rust:1.95.0-bookworm AS build
# The toolchain of the image, not the newest.
ENV RUSTUP_TOOLCHAIN=1.95.0
WORKDIR /source
COPY . .
# The time of the files in the archive; the build context has no history.
ARG SOURCE_DATE_EPOCH=0
RUN cargo xtask dist && ci/image-root dist/exportdoc-*.tar.gz /image

FROM scratch
COPY --from=build /image/ /
# State directories and recordings belong to the user of the image.
COPY --from=build --chown=10001:10001 /image/content /content
USER 10001:10001
WORKDIR /content
VOLUME /content
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=2s --timeout=3s --start-period=10s CMD ["/usr/bin/mock-engine", "healthcheck"]
ENTRYPOINT ["/usr/bin/mock-engine"]
# An engine with the demo content. Beyond loopback it wants a user.
CMD ["--bind", "0.0.0.0", "--user", "admin:mock-engine"]
