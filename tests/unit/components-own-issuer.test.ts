import * as pulumi from "@pulumi/pulumi";
import { ownIssuer } from "../../components/own-issuer";
import { type IssuerUrl, issuerUrl } from "../../federation/issuer";

const published = "https://eastus.oic.prod-aks.azure.com/aaaaaaaa-0000-4000-8000-00000000000a/6d1f/";
const reported = "https://eastus.oic.prod-aks.azure.com/aaaaaaaa-0000-4000-8000-00000000000a/other/";
const cluster = { oidcIssuerUrl: pulumi.output(issuerUrl(reported)) };
const neighbours = { publishedCluster: { kind: "aks", name: "aks-wi-demo", fixed: {} }, ownIssuer: published };

type Arguments = Parameters<typeof ownIssuer>;

function issuerIn(preview: boolean, config: Arguments[1], known: Arguments[2]): Promise<IssuerUrl> {
  jest.spyOn(pulumi.runtime, "isDryRun").mockReturnValue(preview);
  const output = ownIssuer(cluster, config, known);
  jest.restoreAllMocks();
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

it("a preview of a cluster that stays has the published issuer", async () => {
  expect(await issuerIn(true, { kind: "aks" }, neighbours)).toBe(published);
  expect(await issuerIn(true, { kind: "aksArc", replace: "another" }, neighbours)).toBe(published);
});

it("an update has the issuer that the cluster reports", async () => {
  expect(await issuerIn(false, { kind: "aks" }, neighbours)).toBe(reported);
});

it.each<[string, Arguments[1], Arguments[2]]>([
  ["may be replaced", { kind: "aks", replace: "aks-wi-demo" }, neighbours],
  ["is new", { kind: "aks" }, { publishedCluster: undefined, ownIssuer: undefined }],
  ["published no issuer", { kind: "aks" }, { ...neighbours, ownIssuer: undefined }],
  ["is only read, and known at once", { kind: "existingAks" }, neighbours],
])("a preview of a cluster that %s has no other issuer than the cluster's", async (_name, config, known) => {
  expect(await issuerIn(true, config, known)).toBe(reported);
});
