import type { EngineEvent } from "@pulumi/pulumi/automation/events.js";

/** Takes one line of progress. */
export type Report = (line: string) => void;

const done: Record<string, string> = {
  create: "created",
  update: "updated",
  delete: "deleted",
  "create-replacement": "created (replacement)",
  "delete-replaced": "deleted (replaced)",
  import: "imported",
  "discard-replaced": "forgotten",
};

/**
 * Turns the engine's events into lines: one for each resource that was changed, with the time it took, and the
 * warnings and errors of program and providers, each once.
 */
export function progressOf(report: Report): (event: EngineEvent) => void {
  const started = new Map<string, number>();
  const told = new Set<string>();
  return (event) => {
    if (event.resourcePreEvent && !event.resourcePreEvent.planning) {
      started.set(event.resourcePreEvent.metadata.urn, Date.now());
    }
    if (event.resOutputsEvent && !event.resOutputsEvent.planning) {
      const { op, urn, type, old } = event.resOutputsEvent.metadata;
      const verb = op === "delete" && old?.retainOnDelete ? "kept" : done[op];
      if (verb === undefined || !isResource(type)) return;
      const seconds = (Date.now() - (started.get(urn) ?? Date.now())) / 1000;
      report(
        `  ${verb.padEnd(8)} ${shortType(type)} ${nameOf(urn)}${seconds >= 0.1 ? ` (${seconds.toFixed(1)} s)` : ""}`,
      );
    }
    if (event.diagnosticEvent) {
      const { severity, message, ephemeral } = event.diagnosticEvent;
      const text = plain(message).trim();
      if (ephemeral || text === "" || (severity !== "warning" && severity !== "error") || told.has(text)) return;
      told.add(text);
      report(`  ${severity}: ${text.replaceAll("\n", "\n    ")}`);
    }
  };
}

/** Neither a component, which exists only in the program, nor something of the engine's own. */
function isResource(type: string): boolean {
  return !type.startsWith("cross-tenant-identity:") && !type.startsWith("pulumi:");
}

/** `azure-native:managedidentity:UserAssignedIdentity` → `managedidentity:UserAssignedIdentity`. */
function shortType(type: string): string {
  return type.replace(/^(azure-native|kubernetes|pulumi-nodejs):/, "");
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** Removes the engine's colour tags (`<{%reset%}>`). */
function plain(text: string): string {
  return text.replace(/<\{%.*?%\}>/g, "");
}

/** How the Automation API marks the streams of the command that failed. */
const stream = /^\s*(stdout|stderr|err\??):\s/;

const noise = /^(Previewing|Updating|Destroying|Refreshing|View |Resources:|Duration:|@ |code: )/;

/**
 * What went wrong, out of an Automation API error: its message holds the CLI's whole output, of which the diagnostics
 * are what a reader needs.
 */
export function failureText(error: unknown): string {
  const message = plain(error instanceof Error ? error.message : String(error));
  const lines = message.split("\n").map((line) => line.replace(stream, "").trimEnd());
  const diagnostics = lines.findIndex((line) => line.startsWith("Diagnostics:"));
  const errors = lines.filter((line) => /^\s*error: /.test(line));
  if (diagnostics >= 0) {
    const end = lines.findIndex((line, index) => index > diagnostics && /^(Outputs|Resources|Policies):/.test(line));
    return dedent(lines.slice(diagnostics + 1, end < 0 ? undefined : end).filter((line) => line.trim() !== ""));
  }
  if (errors.length > 0) return [...new Set(errors.map((line) => line.trim()))].join("\n");
  return dedent(lines.filter((line) => line.trim() !== "" && !noise.test(line.trim())));
}

function dedent(lines: string[]): string {
  const margin = Math.min(...lines.map((line) => line.search(/\S/)).filter((column) => column >= 0));
  return lines.map((line) => line.slice(Number.isFinite(margin) ? margin : 0)).join("\n");
}
