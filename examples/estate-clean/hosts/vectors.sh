#!/bin/sh
# The index of the summariser, on the rented box; the key comes from the environment of whoever starts it.
set -eu
docker run -d --name vectors -p 127.0.0.1:6333:6333 -e QDRANT__SERVICE__API_KEY \
  -v "$HOME/vectors:/qdrant/storage" \
  qdrant/qdrant:v1.17.0@sha256:3f1b0f5c6e1d7a6f2c9e0b6d4a8f7c5e3d2b1a0f9e8d7c6b5a4938271605f4e3
