// Starts an engine as a subprocess, waits until it is ready, and dies without stopping it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";

const [program, ready] = process.argv.slice(2);
spawn(program, ["--port", "0", "--exit-with-parent", "--ready-file", ready]);
setInterval(() => existsSync(ready) && process.kill(process.pid, "SIGKILL"), 10);
