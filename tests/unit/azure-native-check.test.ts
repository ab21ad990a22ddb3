import { AzureNativeProvider } from "../../sandbox/plugins/azure-native/provider.ts";
import { UNKNOWN } from "../../sandbox/plugins/rpc/values.ts";

const seed = new Uint8Array(32).fill(7);
const GROUP = "azure-native:resources:ResourceGroup";
const CREDENTIAL = "azure-native:managedidentity:FederatedIdentityCredential";
const ROLE = "azure-native:authorization:RoleAssignment";
const CLUSTER = "azure-native:containerservice:ManagedCluster";
const IDENTITY = "azure-native:managedidentity:UserAssignedIdentity";

async function check(type: string, news: object, olds: object = {}, randomSeed = seed, args: object = {}) {
  const provider = new AzureNativeProvider();
  await provider.configure({ subscriptionId: "sub", ...args });
  return provider.check({ urn: "urn", type, name: "web" }, { ...olds }, { ...news }, randomSeed);
}
const reasons = async (...args: Parameters<typeof check>) =>
  (await check(...args)).failures.map(({ reason }) => reason);

describe("names that the provider makes up", () => {
  it("are the logical name and eight hex digits", async () => {
    const { inputs } = await check(GROUP, { location: "eastus" });
    expect(inputs.resourceGroupName).toMatch(/^web[0-9a-f]{8}$/);
    expect(inputs.__createBeforeDelete).toBe(true);
  });

  it("are UUIDs for role assignments", async () => {
    const { inputs } = await check(ROLE, { scope: "/", principalId: "p", roleDefinitionId: "r" });
    expect(inputs.roleAssignmentName).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it("are the same in preview and deployment, which come with the same seed", async () => {
    const first = await check(GROUP, { location: "eastus" });
    expect(await check(GROUP, { location: "eastus" })).toEqual(first);
    const other = await check(GROUP, { location: "eastus" }, {}, new Uint8Array(32).fill(8));
    expect(other.inputs.resourceGroupName).not.toBe(first.inputs.resourceGroupName);
  });

  it("stay as they are when the resource is there already", async () => {
    const olds = { resourceGroupName: "web12345678", __createBeforeDelete: true };
    expect((await check(GROUP, { location: "eastus" }, olds)).inputs).toMatchObject(olds);
  });

  it("give way to a name that the program gives", async () => {
    const { inputs } = await check(GROUP, { location: "eastus", resourceGroupName: "mine" });
    expect(inputs).toEqual({ location: "eastus", resourceGroupName: "mine", azureApiVersion: "2024-03-01" });
  });
});

describe("location", () => {
  it("comes from the provider's settings when none is given", async () => {
    const { inputs } = await check(GROUP, {}, {}, seed, { location: "westeurope" });
    expect(inputs.location).toBe("westeurope");
  });

  it("is unknown while the resource group is", async () => {
    const { inputs, failures } = await check(IDENTITY, { resourceGroupName: UNKNOWN });
    expect(inputs.location).toBe(UNKNOWN);
    expect(failures).toEqual([]);
  });

  it("is asked for when nothing gives it", async () => {
    expect(await reasons(GROUP, {})).toEqual([
      "missing required property 'location'. Either set it explicitly or configure it with 'pulumi config set azure-native:location <value>'.",
    ]);
  });
});

describe("inputs that cannot be right", () => {
  it("are all reported at once, in the real provider's words", async () => {
    const news = { resourceGroupName: "g", resourceName: "i", issuer: 5, audiences: "x" };
    expect(await reasons(CREDENTIAL, { ...news, federatedIdentityCredentialResourceName: "-no" })).toEqual([
      "'federatedIdentityCredentialResourceName' does not match expression '^[a-zA-Z0-9]{1}[a-zA-Z0-9-_]{2,119}$'",
      "'audiences' should be of type 'array' but got a string",
      "'issuer' should be of type 'string' but got a number",
      "missing required property 'subject'",
    ]);
  });

  it("are found inside lists and objects", async () => {
    const news = { resourceGroupName: "g", location: "eastus", agentPoolProfiles: [{ name: "a", count: "3" }, {}] };
    expect(await reasons(CLUSTER, news)).toEqual([
      "'agentPoolProfiles[0].count' should be of type 'number' but got a string",
      "missing required property 'agentPoolProfiles[1].name'",
    ]);
  });

  it("are refused rather than dropped when the table does not know them", async () => {
    const [reason] = await reasons(GROUP, { location: "eastus", tag: "x" });
    expect(reason).toBe(
      "'tag' is not a property of azure-native:resources:ResourceGroup that the sandbox's azure-native knows. Check the " +
        "spelling, or add it to the entry in sandbox/plugins/azure-native/table/.",
    );
  });

  it("may still be unknown", async () => {
    const news = {
      resourceGroupName: UNKNOWN,
      resourceName: UNKNOWN,
      issuer: UNKNOWN,
      subject: "s",
      audiences: [UNKNOWN],
    };
    expect(await reasons(CREDENTIAL, news)).toEqual([]);
  });

  it.each([
    ["", "'resourceGroupName' is too short (0): at least 1 characters required"],
    ["g".repeat(91), "'resourceGroupName' is too long (91): at most 90 characters allowed"],
  ])("have a length: %#", async (resourceGroupName, reason) => {
    expect(await reasons(GROUP, { location: "eastus", resourceGroupName })).toEqual([reason]);
  });
});

describe("a preview", () => {
  const preview = async (type: string, news: object) =>
    (await new AzureNativeProvider().create({ urn: "urn", type }, { ...news }, true, 0)).outputs;

  it("knows the inputs and nothing that Azure will answer", async () => {
    const outputs = await preview(IDENTITY, { resourceGroupName: "g", resourceName: "i", location: "eastus" });
    expect(outputs).toMatchObject({ location: "eastus", clientId: UNKNOWN, principalId: UNKNOWN, name: UNKNOWN });
  });

  it("does not know the issuer URL of a cluster whose issuer is being switched on", async () => {
    const outputs = await preview(CLUSTER, { oidcIssuerProfile: { enabled: true } });
    expect(outputs.oidcIssuerProfile).toEqual({ enabled: true, issuerURL: UNKNOWN });
  });

  it("of an update keeps name and location, which no update changes", async () => {
    const resource = { urn: "urn", type: IDENTITY, id: "/i" };
    const olds = { name: "i", location: "eastus", clientId: "c" };
    const outputs = await new AzureNativeProvider().update(resource, olds, { tags: { a: "1" } }, true, 0);
    expect(outputs).toMatchObject({ name: "i", location: "eastus", clientId: UNKNOWN, tags: { a: "1" } });
  });
});

describe("a provider whose settings are not known yet", () => {
  it("says so instead of guessing", async () => {
    await expect(new AzureNativeProvider().invoke("azure-native:authorization:getClientConfig", {})).rejects.toThrow(
      /^The azure-native provider is not configured yet: .*credentials that do not come from a resource/,
    );
  });
});
