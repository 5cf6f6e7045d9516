#!/usr/bin/env bash
# Starts the Ray head on the first node of the rack; callers need the cluster's token.
set -euo pipefail

export RAY_AUTH_MODE=token
export RAY_AUTH_TOKEN_PATH=/run/credentials/ray
ray start --head --port=6379
