# The image of moodlake: one binary on a small Debian, run by a user without rights.
#
#   docker build -t moodlake .          20 to 30 minutes on two cores the first time, one or two after a change in src
#
# The three arguments let another image stand in: a mirror of your own, a smaller runtime (any with a glibc as new as the
# builder's, such as gcr.io/distroless/cc-debian13), or a binary that was built elsewhere.
ARG RUST_IMAGE=rust:1.95-slim-trixie
ARG RUNTIME_IMAGE=debian:trixie-slim
# The image or stage that holds /out/moodlake, the empty folder /out/lake, and Debian's list of certificate authorities.
ARG BINARY_FROM=builder


FROM ${RUST_IMAGE} AS builder
WORKDIR /build
# Kafka's client is compiled from C, configured by make, and speaks TLS by OpenSSL: linked into the binary, since the runtime image
# has neither.
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ make pkg-config libssl-dev \
    && rm -rf /var/lib/apt/lists/*
ENV OPENSSL_STATIC=1
# Names of functions are a quarter of the binary, and nobody debugs in this image.
ENV CARGO_PROFILE_RELEASE_STRIP=symbols

# The query engine takes nearly all of the build. Compiled under an empty crate it is a layer of its own, which stays until a
# dependency or a profile changes. Cargo wants every target and every member that Cargo.toml names to exist.
COPY Cargo.toml Cargo.lock ./
COPY tests/fuzz/Cargo.toml tests/fuzz/
RUN mkdir -p src tests/it \
    && touch src/lib.rs \
    && echo 'fn main() {}' | tee src/main.rs tests/fuzz/main.rs > tests/it/main.rs \
    && cargo build --release --locked --features kafka,aws --bin moodlake

COPY src src
COPY data/sample data/sample
# A copied file keeps its date, which may be older than the build of the empty crate; cargo would take that for the program.
RUN touch src/lib.rs src/main.rs \
    && cargo build --release --locked --features kafka,aws --bin moodlake \
    && install -D target/release/moodlake /out/moodlake \
    && install -d /out/lake


FROM ${BINARY_FROM} AS binary


# No RUN from here on: the image is the same whatever the base has inside, and nothing is installed from the network.
FROM ${RUNTIME_IMAGE}
# The slim image has no certificate authorities. Time zones need no files: they are compiled in.
COPY --from=binary /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
# The binary contains an extract of a database whose licence wants to travel with it.
COPY LICENSE data/sample/ATTRIBUTION.md /usr/share/doc/moodlake/
COPY --from=binary /out/moodlake /usr/local/bin/moodlake

# A fixed number, so that a volume keeps its owner from image to image. It needs no name in /etc/passwd.
# A new volume takes over the owner of the folder that it covers.
COPY --from=binary --chown=10001:10001 /out/lake /lake
USER 10001:10001
VOLUME /lake

ENV MOODLAKE_LAKE=/lake
# A container does not know where its listener lives, so local hours are UTC until someone says so:
# MOODLAKE_TIMEZONE=Europe/Madrid in .env, or `docker run -e`.
ENV MOODLAKE_TIMEZONE=UTC

# The scheduler writes a sign of life; `health` reads it and says whether it is fresh and the run in flight not stuck.
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=3 CMD ["moodlake", "health"]

# The binary itself is process 1, so that SIGTERM reaches it and a run in flight is finished.
ENTRYPOINT ["moodlake"]
CMD ["schedule"]
