#!/bin/bash
# Tells the node's health before a job starts.
/usr/local/sbin/health --job "$SLURM_JOB_ID"
