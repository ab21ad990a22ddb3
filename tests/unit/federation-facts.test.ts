import { adviceFor, adviceTable } from "../../federation/advice";
import { credentialName } from "../../federation/credential-name";
import { subscriptionId, tenantId } from "../../federation/ids";
import { issuerDifference, issuerFault, issuerUrl, unreachableIssuer } from "../../federation/issuer";
import { nearest } from "../../federation/nearest";
import { roleAssignmentName } from "../../federation/role-assignment-name";
import { builtInRoles, roleGuid } from "../../federation/roles";
import { scopeFault } from "../../federation/scope";
import { parseSubject, subjectOf } from "../../federation/subject";

const issuer = "https://eastus.oic.prod-aks.azure.com/aaaaaaaa-0000-4000-8000-00000000000a/6d1f/";
const subscription = "/subscriptions/bbbbbbbb-1111-4111-8111-11111111111b";

describe("subject", () => {
  it("is what kube-apiserver writes into the token", () => {
    expect(subjectOf({ namespace: "default", name: "wi-demo-account" })).toBe(
      "system:serviceaccount:default:wi-demo-account",
    );
  });

  it.each(["", "system:serviceaccount:default", "system:node:x:y", "system:serviceaccount:a:b:c", "repo:a/b:ref"])(
    "%s names no service account",
    (text) => expect(parseSubject(text)).toBeUndefined(),
  );
});

describe("issuer", () => {
  it.each([
    ["", "the issuer is empty"],
    ["http://example.com/", "the issuer starts with http:// and not with https://"],
    [" https://example.com/", "the issuer has whitespace in it"],
    ["https://example.com/?x=1", "the issuer has a query or a fragment"],
    ["https://me@example.com/", "the issuer has a user name in it"],
    ["example.com", "the issuer is not a URL"],
    [`https://example.com/${"a".repeat(600)}`, "the issuer is longer than 600 characters"],
  ])("%s cannot be trusted: %s", (text, fault) => {
    expect(issuerFault(text)).toBe(fault);
    expect(() => issuerUrl(text)).toThrow(fault);
  });

  it.each([
    issuer,
    "https://container.googleapis.com/v1/projects/p/locations/l/clusters/c",
    "https://a.blob.core.windows.net/$web/",
  ])("%s can be trusted", (text) => expect(issuerFault(text)).toBeUndefined());

  it.each([
    "https://127.8.9.1/",
    "https://0.0.0.0/",
    "https://cluster.localhost/",
    "https://172.31.255.255/",
    "https://192.168.0.1:6443",
    "https://169.254.1.1/",
    "https://100.64.0.1/",
    "https://[fd00::1]/",
    "https://[fe80::1]/",
    "https://kubernetes.default.svc.",
    "https://nas.local/",
    "https://k3s/",
  ])("%s is not one that the Internet reads", (text) => expect(unreachableIssuer(text)).toBeDefined());

  it.each([
    issuer,
    "https://172.32.0.1/",
    "https://100.128.0.1/",
    "https://[2001:db8::1]/",
    "https://svc.example.com/",
  ])("%s may be one that the Internet reads", (text) => expect(unreachableIssuer(text)).toBeUndefined());

  it.each([
    [issuer, undefined],
    [issuer.slice(0, -1), "they differ only in the trailing slash"],
    [`${issuer} `, "they differ only in whitespace"],
    [issuer.toUpperCase(), "they differ only in upper and lower case"],
    ["https://example.com/", "they are different issuers"],
  ])("compared with %s: %s", (other, difference) => expect(issuerDifference(issuer, other)).toBe(difference));
});

it("a credential's name shows the service account and ends in a hash of the pair", () => {
  expect(credentialName(issuer, "system:serviceaccount:default:wi-demo-account")).toMatch(
    /^default-wi-demo-account-[0-9a-f]{10}$/,
  );
});

it("a role assignment's name is a GUID that Azure's case does not change", () => {
  const name = roleAssignmentName(subscription, "principal", "role");
  expect(name).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(roleAssignmentName(subscription.toUpperCase(), "PRINCIPAL", "Role")).toBe(name);
});

describe("role", () => {
  it("is found by name in any case, by GUID, and by full id", () => {
    const guid = builtInRoles.Reader;
    expect(roleGuid("reader")).toBe(guid);
    expect(roleGuid(String(guid).toUpperCase())).toBe(guid);
    expect(roleGuid(`${subscription}/providers/Microsoft.Authorization/roleDefinitions/${guid}`)).toBe(guid);
    expect(roleGuid(`/providers/microsoft.authorization/roledefinitions/${guid}`)).toBe(guid);
  });

  it("is not invented", () => expect(roleGuid("Raeder")).toBeUndefined());

  it("ids are GUIDs, each once", () => {
    const ids = Object.values(builtInRoles);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});

it.each([
  "subscription",
  "resourceGroup",
  subscription,
  `${subscription}/resourceGroups/rg`,
  `${subscription}/resourcegroups/rg/providers/Microsoft.KeyVault/vaults/kv/secrets/s`,
  `${subscription}/providers/Microsoft.Compute/locations/eastus`,
])("a role may hold at %s", (scope) => expect(scopeFault(scope)).toBeUndefined());

it.each([
  "rg",
  "/",
  "/subscriptions/x",
  `${subscription}/`,
  `${subscription}/rg`,
  `${subscription}/resourceGroups`,
  `${subscription}/resourceGroups/rg/Microsoft.KeyVault`,
  `${subscription}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults`,
  `${subscription}/resource Groups/rg`,
])("a role cannot hold at %s", (scope) => expect(scopeFault(scope)).toEqual(expect.any(String)));

it("the nearest word is found, and nothing when none is near", () => {
  const known = ["tenantA", "tenantB", "workloads", "resourceProviders"];
  expect(nearest("worklods", known)).toBe("workloads");
  expect(nearest("resourceProvider", known)).toBe("resourceProviders");
  expect(nearest("zzz", known)).toBeUndefined();
});

it("ids are told apart by type and have to be GUIDs", () => {
  expect(tenantId("aaaaaaaa-0000-4000-8000-00000000000a")).toBe("aaaaaaaa-0000-4000-8000-00000000000a");
  expect(() => tenantId("contoso")).toThrow('not a tenant id: "contoso"');
  expect(() => subscriptionId("")).toThrow("not a subscription id");
});

describe("advice", () => {
  it.each(adviceTable.map(({ code }) => code))("is found for %s in an error's text", (code) => {
    expect(adviceFor(`invocation failed: ${code}: some text`)?.code).toBe(code);
  });

  it("does not take a longer code for a shorter one", () => {
    expect(adviceFor("AADSTS700213: no match")?.code).toBe("AADSTS700213");
    expect(adviceFor("AADSTS7002199: unheard of")).toBeUndefined();
  });

  it.each(["AADSTS7000215", "AADSTS7000222"])("on a client secret (%s) is the tenant's command or variable", (code) => {
    const tenant = {
      key: "tenantB",
      tenantId: "bbbbbbbb-0000-4000-8000-00000000000b",
      variablePrefix: "TENANT_B_",
    } as const;
    const toDo = adviceFor(`${code}: invalid`, tenant)?.toDo;
    expect(toDo).toContain("`pulumi config set --secret --path tenantB.credentials.clientSecret`");
    expect(toDo).toContain("TENANT_B_ARM_CLIENT_SECRET");
    expect(adviceFor(`${code}: invalid`)?.toDo).toContain("TENANT.credentials.clientSecret");
  });

  it.each(["AADSTS900382", "AADSTS90002", "AADSTS500011"])("on another cloud (%s) is the command for it", (code) => {
    const tenant = { key: "tenantA", tenantId: "t", variablePrefix: "TENANT_A_", environment: "public" } as const;
    const toDo = adviceFor(`${code}: other cloud`, tenant)?.toDo;
    expect(toDo).toContain("and not public, which is https://login.microsoftonline.com/");
    expect(toDo).toContain("`pulumi config set --path tenantA.environment usgovernment`");
    expect(adviceFor(`${code}: other cloud`)?.toDo).toContain("TENANT.environment");
  });

  it("on the sign-in of the CLI names the CLI's cloud first", () => {
    const tenant = { key: "tenantA", tenantId: "t", variablePrefix: "TENANT_A_", environment: "china" } as const;
    expect(adviceFor("please run 'az login'", tenant)?.toDo).toMatch(
      /^az cloud set --name AzureChinaCloud && az login --tenant t,/,
    );
  });

  it("knows what it means when nobody is signed in", () => {
    expect(adviceFor("please run 'az login' to setup account")?.cause).toBe("nothing to sign in with was found");
  });
});
