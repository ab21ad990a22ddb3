import { EventEmitter } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** What of a log is asked for; the fields are those of `kubectl logs`. */
export interface LogQuery {
  tailLines?: number;
  since?: Date;
  timestamps?: boolean;
  limitBytes?: number;
}

/** The output of one run of a container: a file with a time before each line, which can be followed while it grows. */
export class ContainerLog {
  readonly #file: string;
  readonly #descriptor: number;
  readonly #growth = new EventEmitter().setMaxListeners(0);
  readonly #unfinished = new Map<string, string>();
  #closed = false;

  constructor(file: string) {
    this.#file = file;
    this.#descriptor = openSync(file, "a", 0o600);
  }

  /** Adds output of one stream; a line is kept when it is complete. */
  append(stream: "stdout" | "stderr", text: string): void {
    const lines = `${this.#unfinished.get(stream) ?? ""}${text}`.split("\n");
    this.#unfinished.set(stream, lines.pop() ?? "");
    for (const line of lines) this.#keep(line);
  }

  /** The run is over: what is left without a line end is kept too, and followers are let go. */
  close(): void {
    if (this.#closed) return;
    for (const rest of this.#unfinished.values()) if (rest !== "") this.#keep(rest);
    this.#closed = true;
    closeSync(this.#descriptor);
    this.#growth.emit("end");
  }

  #keep(line: string): void {
    if (this.#closed) return;
    const stamped = `${new Date().toISOString()} ${line}`;
    writeSync(this.#descriptor, `${stamped}\n`);
    this.#growth.emit("line", stamped);
  }

  read(query: LogQuery): string {
    let lines = readFileSync(this.#file, "utf8").split("\n").slice(0, -1);
    const { since, tailLines } = query;
    if (since !== undefined) lines = lines.filter((line) => new Date(stampOf(line)) >= since);
    if (tailLines !== undefined) lines = tailLines === 0 ? [] : lines.slice(-tailLines);
    const text = lines.map((line) => `${shown(line, query)}\n`).join("");
    return query.limitBytes === undefined ? text : Buffer.from(text).subarray(0, query.limitBytes).toString("utf8");
  }

  /** Hands on what there is and what comes, until the run is over (`end`) or the returned function is called. */
  follow(query: LogQuery, write: (text: string) => void, end: () => void): () => void {
    const onLine = (line: string) => write(`${shown(line, query)}\n`);
    const past = this.read(query);
    if (past !== "") write(past);
    if (this.#closed) {
      end();
      return () => undefined;
    }
    this.#growth.on("line", onLine);
    this.#growth.once("end", end);
    return () => {
      this.#growth.off("line", onLine);
      this.#growth.off("end", end);
    };
  }
}

function stampOf(line: string): string {
  return line.slice(0, line.indexOf(" "));
}

function shown(line: string, query: LogQuery): string {
  return query.timestamps ? line : line.slice(line.indexOf(" ") + 1);
}

/** The logs of one container: that of the run going on, and that of the run before. */
export class ContainerLogs {
  readonly #directory: string;
  #run = 0;
  current: ContainerLog | undefined;
  previous: ContainerLog | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Starts the log of the next run; of the older ones only the last is kept. */
  next(): ContainerLog {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    rmSync(join(this.#directory, `${this.#run - 2}.log`), { force: true });
    this.previous = this.current;
    this.current = new ContainerLog(join(this.#directory, `${this.#run}.log`));
    this.#run += 1;
    return this.current;
  }
}
