import { RunError } from "@pulumi/pulumi";
import { type ClusterPlace, checkIssuer } from "../../cluster-probe/check-issuer";
import { checkWebhooks } from "../../cluster-probe/check-webhooks";
import { issuerNotInUse } from "../../cluster-probe/published-issuer-use";
import type { WorkloadIdentityWebhook } from "../../cluster-probe/webhooks";

const place: ClusterPlace = {
  kind: "kubernetes",
  name: "eks-apps",
  issuerFrom: "cluster.oidcIssuerUrl",
  kubeconfigFrom: "cluster.kubeconfig",
};
const issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/ABC";

function failure(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof RunError) return error.message;
    throw error;
  }
  throw new Error("It did not fail.");
}

describe("the issuer of config against the cluster's own", () => {
  it("the same, or unknown, is content", () => {
    expect(() => checkIssuer(place, issuer, issuer)).not.toThrow();
    expect(() => checkIssuer(place, issuer, undefined)).not.toThrow();
  });

  it("a missing trailing slash is told as such, with the command that mends it", () => {
    const text = failure(() => checkIssuer(place, issuer, `${issuer}/`));
    expect(text).toContain("they differ only in the trailing slash");
    expect(text).toContain(`pulumi config set --path cluster.oidcIssuerUrl ${issuer}/`);
  });

  it("another issuer means another cluster: both are named", () => {
    const other = "https://oidc.eks.us-east-1.amazonaws.com/id/XYZ";
    const text = failure(() => checkIssuer(place, issuer, other));
    expect(text).toMatch(/kubeconfig leads to another cluster than eks-apps/);
    expect(text).toContain(`${issuer} (cluster.oidcIssuerUrl)`);
    expect(text).toContain(`${other} (cluster.kubeconfig)`);
  });

  it("an API server without a public issuer: the flags that it needs", () => {
    const text = failure(() => checkIssuer(place, issuer, "https://kubernetes.default.svc.cluster.local"));
    expect(text).toContain(`--service-account-issuer=${issuer}`);
    expect(text).toContain("--service-account-jwks-uri=");
    expect(text).toContain("docs/self-managed-issuer.md");
  });

  it("an Azure cluster whose issuer is off: the command that switches it on", () => {
    const local = "https://kubernetes.default.svc.cluster.local";
    const connected = { ...place, kind: "connected", name: "arc-1", resourceGroup: "rg" } as const;
    expect(failure(() => checkIssuer(connected, issuer, local))).toContain(
      "az connectedk8s update --resource-group rg --name arc-1 --enable-oidc-issuer",
    );
    expect(failure(() => checkIssuer({ ...connected, kind: "existingAks" }, issuer, local))).toContain("az aks update");
  });

  it.each([
    "https://localhost:6443",
    "https://10.96.0.1",
    "https://kubernetes.default.svc",
    "kubernetes/serviceaccount",
  ])("%s is no issuer that Entra ID could read", (reported) =>
    expect(failure(() => checkIssuer(place, issuer, reported))).toMatch(/Entra ID cannot reach/),
  );
});

describe("the issuer that the stack publishes", () => {
  const website = "https://wiissuer4711.z13.web.core.windows.net/";

  it("is not the cluster's yet: the flags, the former issuer second", () => {
    const text = issuerNotInUse(place, website, "https://kubernetes.default.svc");
    const flags = text.split("\n").filter((line) => line.includes("--service-account-issuer"));
    expect(flags.map((line) => line.trim())).toEqual([
      `--service-account-issuer=${website}`,
      "--service-account-issuer=https://kubernetes.default.svc",
    ]);
  });

  it("was set without its slash: says so", () => {
    expect(issuerNotInUse(place, website, website.replace(/\/$/, ""))).toContain("differ only in the trailing slash");
  });
});

describe("the webhooks of a cluster", () => {
  const helm: WorkloadIdentityWebhook = {
    configuration: "azure-wi-webhook-mutating-webhook-configuration",
    namespace: "azure-workload-identity-system",
    managedBy: "Helm",
    stack: undefined,
    healthy: true,
  };
  const own: WorkloadIdentityWebhook = { ...helm, managedBy: "pulumi", stack: "org.project.a" };
  const other: WorkloadIdentityWebhook = { ...helm, configuration: "second", namespace: "elsewhere" };
  const wish = (install: "auto" | "always" | "never") => ({ install, stack: "org.project.a" });

  it.each([
    ["auto", [], "installed by the stack"],
    ["auto", [helm], "there already"],
    ["auto", [own], "installed by the stack"],
    ["auto", [{ ...own, healthy: false }], "installed by the stack"],
    ["always", [], "installed by the stack"],
    ["always", [own], "installed by the stack"],
    ["never", [helm], "there already"],
    ["never", [own, helm], "there already"],
    ["never", [{ ...helm, healthy: undefined }], "there already"],
    ["never", [{ ...own, stack: "org.project.b" }], "there already"],
  ] as const)("install %s with %j: %s", (install, found, decision) => {
    expect(checkWebhooks(place, found, wish(install))).toBe(decision);
  });

  it("never and none there: says how to get one", () => {
    expect(failure(() => checkWebhooks(place, [], wish("never")))).toMatch(
      /has no workload identity webhook[\s\S]*cluster\.webhook\.install to auto/,
    );
  });

  it("never, and the only one is the stack's own, which would go: says so", () => {
    expect(failure(() => checkWebhooks(place, [own], wish("never")))).toMatch(/would be left without/);
  });

  it("two foreign ones are both named", () => {
    const text = failure(() => checkWebhooks(place, [helm, other], wish("auto")));
    expect(text).toMatch(/2 workload identity webhooks/);
    expect(text).toContain(
      "azure-wi-webhook-mutating-webhook-configuration (namespace azure-workload-identity-system, managed by Helm)",
    );
    expect(text).toContain("second (namespace elsewhere");
  });

  it("ours and a foreign one are both named, and which is ours", () => {
    const text = failure(() => checkWebhooks(place, [own, other], wish("auto")));
    expect(text).toContain("managed by this stack");
    expect(text).toMatch(/cluster\.webhook\.install: never/);
  });

  it("always and one there: never two", () => {
    expect(failure(() => checkWebhooks(place, [helm], wish("always")))).toMatch(
      /already[\s\S]*cluster\.webhook\.install: always[\s\S]*auto/,
    );
  });

  it("one that does not answer would have every pod refused", () => {
    expect(failure(() => checkWebhooks(place, [{ ...helm, healthy: false }], wish("auto")))).toMatch(
      /does not answer[\s\S]*kubectl get pods,endpointslices --namespace azure-workload-identity-system/,
    );
  });

  it.each([
    ["aks", "az aks update --resource-group rg --name eks-apps --enable-oidc-issuer --enable-workload-identity"],
    ["existingAks", "cluster.enable to true"],
    ["connected", "az connectedk8s update --resource-group rg --name eks-apps"],
    ["aksArc", "when the cluster is made"],
  ] as const)("none on %s: %s", (kind, words) => {
    expect(failure(() => checkWebhooks({ ...place, kind, resourceGroup: "rg" }, []))).toContain(words);
  });

  it("two on a managed cluster: the one that came by Helm goes", () => {
    expect(failure(() => checkWebhooks({ ...place, kind: "existingAks" }, [helm, other]))).toContain("helm list");
  });
});
