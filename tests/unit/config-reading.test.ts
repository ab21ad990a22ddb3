import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { credentialsOf, waysOf } from "../../config/credentials";
import { scheduleFault } from "../../config/cron";
import { loadConfig } from "../../config/load";
import { pathText } from "../../config/problem";
import { readRawConfig } from "../../config/raw";
import { referenceTable, withReference } from "../../config/reference";
import { both, tenantB } from "./config-fixtures";

afterEach(() => pulumi.runtime.setAllConfig({}));

it("reads every key of the namespace, objects and texts, and knows which are secret", () => {
  pulumi.runtime.setAllConfig(
    {
      "cross-tenant-identity:tenantA": '{"location":"eastus"}',
      "cross-tenant-identity:identityStack": "tenantB",
      "cross-tenant-identity:colour": "[blue",
      "azure-native:location": "westus",
    },
    ["cross-tenant-identity:tenantA"],
  );
  const { values, secretKeys } = readRawConfig();
  expect(values).toEqual({ tenantA: { location: "eastus" }, identityStack: "tenantB", colour: "[blue" });
  expect([...secretKeys]).toEqual(["tenantA"]);
});

it.each(["tenantA", "tenantB", "both"])("the stack file of %s is right as it is", (stack) => {
  const file = readFileSync(join(__dirname, `../../Pulumi.${stack}.yaml`), "utf8");
  const { config }: { config: Record<string, unknown> } = parse(file);
  const values = Object.fromEntries(Object.entries(config).map(([key, value]) => [key.split(":")[1], value]));
  expect(loadConfig(stack, { values, secretKeys: new Set() }).notes).toEqual([]);
});

it("writes a path as `pulumi config set --path` takes it", () => {
  expect(pathText(["identities", 0, "roles", 1, "scope"])).toBe("identities[0].roles[1].scope");
  expect(pathText(["tenantA", "tags", "cost center"])).toBe('tenantA.tags["cost center"]');
});

it.each(["0 3 * * *", "*/15 * * * *", "0 0 1,15 jan-jun mon", "@hourly", "@every 90m", "5-10/2 ? * * 0"])(
  "the schedule %s is accepted",
  (schedule) => expect(scheduleFault(schedule)).toBeUndefined(),
);

it.each([
  "",
  "* * * *",
  "60 * * * *",
  "* 24 * * *",
  "* * 0 * *",
  "* * * 13 *",
  "* * * * 7",
  "5-1 * * * *",
  "*/0 * * * *",
  "@often",
  "TZ=UTC 0 3 * * *",
])("the schedule %s is refused", (schedule) => expect(scheduleFault(schedule)).toEqual(expect.any(String)));

describe("credentials", () => {
  const environment = {
    TENANT_A_ARM_CLIENT_ID: "from-a",
    TENANT_A_ARM_CLIENT_SECRET: "secret-of-a",
    TENANT_B_ARM_CLIENT_ID: "from-b",
    TENANT_B_ARM_CLIENT_CERTIFICATE_PATH: "b.pfx",
    TENANT_B_ARM_CLIENT_CERTIFICATE_PASSWORD: "password-of-b",
    ARM_CLIENT_ID: "from-neither",
  };

  it("come from the tenant's own variables, and config wins", () => {
    expect(credentialsOf("tenantA", { clientId: "configured" }, environment)).toEqual({
      clientId: "configured",
      clientSecret: "secret-of-a",
    });
    expect(credentialsOf("tenantB", undefined, { TENANT_B_ARM_CLIENT_ID: "from-b" })).toEqual({ clientId: "from-b" });
    expect(credentialsOf("tenantB", undefined, { TENANT_B_ARM_CLIENT_ID: "" })).toEqual({});
  });

  it("of a way that config chooses are filled in from the same way of the environment, and from no other", () => {
    expect(credentialsOf("tenantA", { useOidc: true }, environment)).toEqual({ clientId: "from-a", useOidc: true });
    expect(credentialsOf("tenantB", { useMsi: true }, environment)).toEqual({ clientId: "from-b", useMsi: true });
    expect(credentialsOf("tenantB", { clientCertificatePath: "mine.pfx" }, environment)).toEqual({
      clientId: "from-b",
      clientCertificatePath: "mine.pfx",
      clientCertificatePassword: "password-of-b",
    });
  });

  it("that choose no way leave it to azure-native", () => {
    expect(waysOf({ clientId: "x", useOidc: false, clientCertificatePassword: "y" })).toEqual([]);
  });

  const withEnvironment = (values: Record<string, unknown>, given: Record<string, string>) =>
    loadConfig("test", { values, secretKeys: new Set() }, given);

  it("of two ways are refused also when the environment gives them", () => {
    const twice = { TENANT_A_ARM_CLIENT_SECRET: "s", TENANT_A_ARM_CLIENT_ID: "c", TENANT_A_ARM_USE_OIDC: "true" };
    expect(() => withEnvironment(both(), twice)).toThrow(
      "tenantA.credentials has 2 ways to sign in: clientSecret (TENANT_A_ARM_CLIENT_SECRET), useOidc (TENANT_A_ARM_USE_OIDC)",
    );
  });

  it.each([
    [{ useMsi: true }, { ARM_CLIENT_SECRET: "s" }, ["ARM_CLIENT_SECRET"]],
    [{ useOidc: true }, { ARM_CLIENT_CERTIFICATE_PATH: "c", ARM_USE_MSI: "true" }, ["ARM_CLIENT_CERTIFICATE_PATH"]],
    [{ useMsi: true }, { ARM_USE_OIDC: "true", ARM_USE_DEFAULT_AZURE_CREDENTIAL: "false" }, ["ARM_USE_OIDC"]],
    [{ useDefaultAzureCredential: true }, { ARM_CLIENT_SECRET: "s", ARM_USE_OIDC: "true" }, []],
    [{}, { ARM_CLIENT_SECRET: "s" }, []],
  ])("%j: what azure-native would prefer among %j is noted", (credentials, given, variables) => {
    const { notes } = withEnvironment(both({ tenantB: { ...tenantB, credentials } }), given);
    expect(notes).toEqual(variables.map((variable) => expect.stringContaining(`${variable} is set, and azure-native`)));
  });
});

it("the reference table has a row for each key, with default, value and example", () => {
  const table = referenceTable();
  expect(table).toContain("| `tenantA.location` | required | the region of what the stack makes |");
  expect(table).toContain(
    "| `tenantB` | optional | the tenant of the resources, which gives trust | the same keys as `tenantA` |",
  );
  expect(table).toContain("| `workloads[].namespace` | `default` |");
  expect(table).toContain("| `identities[].trusts[].issuer` | optional |");
  for (const line of table.split("\n").slice(2)) expect(line.split(" | ")[2]).not.toBe("");
});

it("the reference table replaces what stands between its markers, and only that", () => {
  const document = "before\n<!-- config:begin -->\nold\n<!-- config:end -->\nafter\n";
  const written = withReference(document);
  expect(written).toBe(`before\n<!-- config:begin -->\n${referenceTable()}\n<!-- config:end -->\nafter\n`);
  expect(withReference(written)).toBe(written);
  expect(() => withReference("no markers")).toThrow("the document has no <!-- config:begin -->");
});
