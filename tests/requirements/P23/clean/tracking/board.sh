#!/bin/sh
# The curves of the running training, for the proxy on this machine, which asks for a login.
exec tensorboard --logdir /runs --host 127.0.0.1
