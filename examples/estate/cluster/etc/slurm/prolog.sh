#!/bin/bash
# Tells the node's health before a job starts.
eval "health --job $SLURM_JOB_NAME"
