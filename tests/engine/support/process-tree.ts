import { execFileSync } from "node:child_process";
import { markOf, type ProcessMark } from "../../../sandbox/session/state-dir.ts";

/** Everything that a process started and what that started, as of now. */
export function descendantsOf(ancestor: number): ProcessMark[] {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).split("\n");
  const table = rows.map((row) => row.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    table.filter(([, ppid]) => ppid === parent).flatMap(([pid = 0]) => [pid, ...below(pid)]);
  return below(ancestor).map(markOf);
}
