import { azureIssuer, looksTruncated } from "../../federation/azure-issuer";
import { cloudOf, environments } from "../../federation/clouds";

const tenant = "aaaaaaaa-0000-4000-8000-00000000000a";
const uuid = "bbbbbbbb-0000-4000-8000-00000000000b";

it.each([
  [`https://eastus.oic.prod-aks.azure.com/${tenant}/${uuid}/`, "aks", tenant, "public"],
  [`https://usgovvirginia.oic.prod-aks.azure.us/${tenant}/${uuid}/`, "aks", tenant, "usgovernment"],
  [`https://eastus.oic.prod-arc.azure.com/${tenant}/${uuid}/`, "arc", tenant, "public"],
  [`https://oidcdiscovery-eastus-endpoint-1111.000.azurefd.net/${tenant}/${uuid}/`, "arc", tenant, undefined],
  [`https://oidcdiscovery-eastus-endpoint-1111.000.azurefd.net/${uuid}/`, "arc", undefined, undefined],
  // The first issuers of AKS name the cluster alone, whose id is no tenant's.
  [`https://oidc.prod-aks.azure.com/${uuid}/`, "aks", undefined, "public"],
  [`https://eastus.oic.prod-aks.azure.com/not-a-guid/${uuid}/`, "aks", undefined, "public"],
])("%s is an issuer of %s", (issuer, service, ofTenant, environment) => {
  expect(azureIssuer(issuer)).toEqual({ service, tenant: ofTenant, environment, ofBinding: false });
});

it.each([
  `https://example.com/${tenant}/${uuid}/`,
  `https://prod-aks.azure.com.example.org/${tenant}/${uuid}/`,
  "https://oidc.eks.us-east-1.amazonaws.com/id/ABC",
  "https://a.blob.core.windows.net/web/",
  "https://azure.us/",
  "not a URL",
  "",
])("%s is no issuer of AKS or Arc", (issuer) => expect(azureIssuer(issuer)).toBeUndefined());

it.each(environments)("the cloud %s owns its issuers and no other's", (environment) => {
  const { domain } = cloudOf(environment);
  for (const service of ["oic.prod-aks", "oic.prod-arc", "oidc.prod-aks"]) {
    expect(azureIssuer(`https://region.${service}.${domain}/t/u/`)?.environment).toBe(environment);
  }
  expect(azureIssuer(`https://region.oic.prod-aks.${domain}.example.org/t/u/`)).toBeUndefined();
});

it.each([
  [`https://eastus.oic.prod-aks.azure.com/${tenant}/${uuid}`, true],
  ["https://northamerica.oic.prod-arc.azure.com/t/u", true],
  ["https://oidc.prod-aks.azure.com/u", true],
  [`https://eastus.oic.prod-aks.azure.com/${tenant}/${uuid}/`, false],
  ["https://ib.oic.prod-aks.azure.com/t/c", false],
  ["https://example.com/x", false],
])("%s looks truncated: %s", (issuer, truncated) => expect(looksTruncated(issuer)).toBe(truncated));
