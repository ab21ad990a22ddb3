import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addDeployer } from "../../sandbox/tenants/deployers.ts";
import { createTenant, type Tenant } from "../../sandbox/tenants/tenant.ts";
import { defaultTopology } from "../../sandbox/topology.ts";

const directory = mkdtempSync(join(tmpdir(), "permissions-"));
const file = join(directory, "tenantA-deployer.json");
const role = {
  Name: "Deployer",
  IsCustom: true,
  Actions: ["Microsoft.Resources/subscriptions/read"],
  AssignableScopes: ["/subscriptions/<yours>"],
};
let tenant: Tenant;

beforeEach(async () => {
  const { tenants, propagation } = defaultTopology();
  const [spec] = tenants;
  if (spec === undefined) throw new Error("The default topology has a tenant.");
  tenant = await createTenant(spec, propagation);
});

afterAll(() => rmSync(directory, { recursive: true }));

describe("a deployer", () => {
  it("may at once do what its file says over its subscription, and nothing else", () => {
    writeFileSync(file, JSON.stringify(role));
    const { objectId } = addDeployer(tenant, directory);
    const scope = `/subscriptions/${tenant.spec.subscriptionId}`;
    expect(tenant.access.allows(objectId, "Microsoft.Resources/subscriptions/read", scope)).toBe(true);
    expect(tenant.access.allows(objectId, "Microsoft.Resources/subscriptions/resourceGroups/read", scope)).toBe(false);
  });

  it("has another secret in each run", () => {
    writeFileSync(file, JSON.stringify(role));
    expect(addDeployer(tenant, directory).clientSecret).not.toBe(addDeployer(tenant, directory).clientSecret);
  });

  it("needs its file, by name", () => {
    rmSync(file, { force: true });
    expect(() => addDeployer(tenant, directory)).toThrow(`The deployer's role is missing: ${file} is not there.`);
  });

  it.each([
    [{ ...role, Name: undefined }, "has no Name or no Actions"],
    [{ ...role, Actions: "*" }, "has no Name or no Actions"],
    [{ ...role, NotActions: "*" }, "NotActions in"],
  ])("needs a file that is a role definition: %#", (content, text) => {
    writeFileSync(file, JSON.stringify(content));
    expect(() => addDeployer(tenant, directory)).toThrow(text);
  });
});
