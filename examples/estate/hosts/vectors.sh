#!/bin/sh
# The index of the summariser, on the rented box.
set -eu
docker run -d --name vectors -p 6333:6333 -v "$HOME/vectors:/qdrant/storage" qdrant/qdrant:v1.16.0
