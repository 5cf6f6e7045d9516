#!/bin/bash
# Ends what is left on the GPUs after a job, and resets them.
set -euo pipefail
/usr/bin/nvidia-smi --gpu-reset
