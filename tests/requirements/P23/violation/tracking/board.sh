#!/bin/sh
# The curves of the running training, on every address of the machine.
exec tensorboard --logdir /runs --bind_all
