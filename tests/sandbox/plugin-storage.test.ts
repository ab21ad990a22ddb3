import { AzureNativeProvider } from "../../sandbox/plugins/azure-native/provider.ts";
import type { PropertyMap } from "../../sandbox/plugins/rpc/values.ts";
import { useCloud } from "./support/cloud-fixture.ts";

const world = useCloud();
const place = { resourceGroupName: "rg-site", accountName: "contosopublished" };
const asset = (text: string): PropertyMap => ({
  "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
  hash: `hash of ${text}`,
  text,
});
let provider: AzureNativeProvider;

const named = (type: string) => ({ urn: `urn:pulumi:s::p::${type}::x`, type: `azure-native:storage:${type}` });
const make = (type: string, inputs: PropertyMap) => provider.create(named(type), inputs, false, 60);

beforeAll(async () => {
  await world.a.resources.resourceGroups.createOrUpdate("rg-site", { location: "eastus" });
  const { tenantId, subscriptionId } = world.a.spec;
  const { clientId, clientSecret } = world.a.deployer;
  provider = new AzureNativeProvider();
  await provider.configure({ tenantId, subscriptionId, clientId, clientSecret });
});

it("publishes a document on a static website by the rights of the deployer, and takes it away again", async () => {
  const account = await make("StorageAccount", {
    ...place,
    location: "eastus",
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
    enableHttpsTrafficOnly: true,
  });
  expect(account.outputs).toMatchObject({
    enableHttpsTrafficOnly: true,
    primaryEndpoints: { web: "https://contosopublished.z13.web.core.windows.net/" },
  });

  const site = await make("StorageAccountStaticWebsite", place);
  expect(site.outputs).toMatchObject({ containerName: "$web" });
  const inputs: PropertyMap = {
    ...place,
    containerName: "$web",
    blobName: "openid/v1/jwks",
    contentType: "application/json",
    type: "Block",
    source: asset('{"keys":[]}'),
  };
  const blob = await make("Blob", inputs);
  expect(blob.outputs).toMatchObject({
    name: "openid/v1/jwks",
    type: "Block",
    contentType: "application/json",
    url: "https://contosopublished.blob.core.windows.net/$web/openid/v1/jwks",
  });
  expect(blob.id).toMatch(/\/containers\/%24web\/blobs\/openid%2Fv1%2Fjwks$/);

  const live = { ...named("Blob"), id: blob.id };
  expect(await provider.read(live, inputs, blob.outputs)).toMatchObject({ id: blob.id, inputs });
  const changed = await provider.diff(live, inputs, blob.outputs, { ...inputs, source: asset("{}") }, []);
  expect(changed.replaces.length).toBeGreaterThan(0);

  await provider.delete(live, inputs, blob.outputs, 60);
  expect(await provider.read(live, inputs, blob.outputs)).toMatchObject({ id: "" });
  const liveSite = { ...named("StorageAccountStaticWebsite"), id: site.id };
  expect(await provider.read(liveSite, place, site.outputs)).toMatchObject({ id: site.id, inputs: place });
  await provider.delete(liveSite, place, site.outputs, 60);
  expect(await provider.read(liveSite, place, site.outputs)).toMatchObject({ id: "" });
  await provider.delete({ ...named("StorageAccount"), id: account.id }, place, account.outputs, 60);
});
