"""Starts an engine as a subprocess, waits until it is ready, and dies without stopping it."""

import os
import signal
import subprocess
import sys
import time

program, ready = sys.argv[1:]
subprocess.Popen([program, "--port", "0", "--exit-with-parent", "--ready-file", ready])
while not os.path.exists(ready):
    time.sleep(0.01)
os.kill(os.getpid(), signal.SIGKILL)
