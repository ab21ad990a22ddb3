import type { EngineEvent } from "@pulumi/pulumi/automation/events";
import { failureText, progressOf } from "../../deploy/progress.ts";

const urn = "urn:pulumi:tenantB::cross-tenant-identity::azure-native:managedidentity:UserAssignedIdentity::mi-wi-demo";

const identityType = "azure-native:managedidentity:UserAssignedIdentity";

function step(
  kind: "resourcePreEvent" | "resOutputsEvent",
  op: string,
  { planning = false, type = identityType, old = {} } = {},
): EngineEvent {
  const metadata = { op, urn, type, old, provider: "" };
  return { sequence: 0, timestamp: 0, [kind]: { metadata, planning } } as unknown as EngineEvent;
}

function diagnostic(severity: string, message: string): EngineEvent {
  return {
    sequence: 0,
    timestamp: 0,
    diagnosticEvent: { severity, message, color: "never" },
  } as unknown as EngineEvent;
}

function linesOf(...events: EngineEvent[]): string[] {
  const lines: string[] = [];
  const take = progressOf((line) => lines.push(line));
  for (const event of events) take(event);
  return lines;
}

describe("progress", () => {
  it("tells each finished change by verb, short type and name", () => {
    expect(linesOf(step("resourcePreEvent", "create"), step("resOutputsEvent", "create"))).toEqual([
      "  created  managedidentity:UserAssignedIdentity mi-wi-demo",
    ]);
  });

  it("is silent about what stays the same and about plans", () => {
    expect(linesOf(step("resOutputsEvent", "same"), step("resOutputsEvent", "create", { planning: true }))).toEqual([]);
  });

  it("is silent about components and the engine's own", () => {
    const types = ["cross-tenant-identity:azure:AksCluster", "pulumi:providers:azure-native"];
    expect(linesOf(...types.map((type) => step("resOutputsEvent", "create", { type })))).toEqual([]);
  });

  it("says of what stays in Azure that it is kept", () => {
    const [line] = linesOf(step("resOutputsEvent", "delete", { old: { retainOnDelete: true } }));
    expect(line).toBe("  kept     managedidentity:UserAssignedIdentity mi-wi-demo");
  });

  it("tells a warning once, without colour tags", () => {
    const warning = diagnostic("warning", "<{%fg 3%}>wi-demo-app waits for tenantB<{%reset%}>\n");
    expect(linesOf(warning, warning, diagnostic("info", "noise"))).toEqual([
      "  warning: wi-demo-app waits for tenantB",
    ]);
  });
});

describe("the text of a failure", () => {
  it("is the engine's diagnostics, without the rest of its output", () => {
    const error = new Error(`code: 255
 stdout: Updating (tenantB):
 +  azure-native:authorization:RoleAssignment reader **creating failed** error
Diagnostics:
  azure-native:authorization:RoleAssignment (reader):
    error: Status=403 Code="AuthorizationFailed" Message="no"

Resources:
    + 1 created
 stderr: `);
    expect(failureText(error)).toBe(
      'azure-native:authorization:RoleAssignment (reader):\n  error: Status=403 Code="AuthorizationFailed" Message="no"',
    );
  });

  it("is the CLI's own error where there are no diagnostics", () => {
    expect(failureText(new Error("code: 255\n stdout: \n stderr: error: incorrect passphrase\n err?: x"))).toBe(
      "error: incorrect passphrase",
    );
  });

  it("is an error's message where the engine was not involved", () => {
    expect(failureText(new Error("The cluster still holds:\n  pod a"))).toBe("The cluster still holds:\n  pod a");
  });
});
