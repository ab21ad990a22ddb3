import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cloudOf, environmentOfIssuer, environments } from "../../federation/clouds";
import { namesOf } from "../../sandbox/tenants/azure-clouds.ts";

const root = join(__dirname, "..", "..");

describe.each(environments)("the cloud %s", (environment) => {
  const cloud = cloudOf(environment);
  const simulated = namesOf(environment);

  it("is where the sandbox, which has a table of its own, has it too", () => {
    expect(cloud.authority).toBe(`https://${simulated.login[0]}/`);
    expect(cloud.resourceManager).toBe(`https://${simulated.resourceManager}`);
    expect(simulated.audiences).toContain(cloud.resourceManager);
    expect(cloud.portal).toBe(`https://${simulated.portal}`);
    expect(cloud.storageSuffix).toBe(simulated.storage);
    expect(cloud.vaultSuffix).toBe(simulated.vault);
    expect(cloud.domain).toBe(simulated.domain);
    expect(cloud.cliName).toBe(simulated.name);
  });

  it("owns its issuers and no other's", () => {
    for (const service of ["oic.prod-aks", "oic.prod-arc", "oidc.prod-aks"]) {
      expect(environmentOfIssuer(`https://region.${service}.${cloud.domain}/t/u/`)).toBe(environment);
    }
    expect(environmentOfIssuer(`https://region.oic.prod-aks.${cloud.domain}.example.org/t/u/`)).toBeUndefined();
  });
});

it.each([
  "https://oidc.eks.us-east-1.amazonaws.com/id/ABC",
  "https://a.blob.core.windows.net/web/",
  "",
  "https://azure.us/",
])("the issuer %s is of no cloud of Azure", (issuer) => expect(environmentOfIssuer(issuer)).toBeUndefined());

it("the program names a cloud's hosts in one file only", () => {
  const hosts =
    /login\.(microsoftonline|chinacloudapi)|management\.(azure|usgovcloudapi|chinacloudapi)\.|portal\.azure\./;
  const files = ["cluster-probe", "components", "config", "federation", "plan"]
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => hosts.test(readFileSync(join(root, file), "utf8")));
  expect(files).toEqual([join("federation", "clouds.ts")]);
});
