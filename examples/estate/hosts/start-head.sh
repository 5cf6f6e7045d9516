#!/usr/bin/env bash
# Starts the Ray head on the first node of the rack.
set -euo pipefail

PORT=6379
ray start --head --port="$PORT" --dashboard-host=0.0.0.0
