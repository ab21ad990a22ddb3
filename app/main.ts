import { run } from "./run.ts";

// As process 1 of a container Node.js has no default reaction to these signals.
const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort(signal));

const code = await run(process.argv.slice(2), {
  env: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
  stop: stop.signal,
});
// Explicit: kept-alive connections would hold the process for seconds. Pipes and files are written synchronously.
process.exit(code);
