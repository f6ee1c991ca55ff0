# A small image: the program, the time zones it embeds, and nothing else.
#
#   docker build -t vigie .
#   docker run -p 127.0.0.1:8420:8420 -v vigie-data:/data vigie

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/vigie ./cmd/vigie \
 && mkdir -p /out/data /out/tmp && chmod 1777 /out/tmp

FROM scratch
# The networks are spoken to over TLS, so their authorities must be known.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/vigie /vigie
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/tmp /tmp
USER 65532:65532
VOLUME /data
EXPOSE 8420
ENTRYPOINT ["/vigie"]
CMD ["serve", "--data", "/data", "--addr", "0.0.0.0:8420"]
