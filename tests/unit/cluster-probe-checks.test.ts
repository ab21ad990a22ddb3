import { checkIssuer, type NamedCluster } from "../../cluster-probe/check-issuer";
import { checkNamespaces } from "../../cluster-probe/check-namespaces";
import { checkWebhookNamespace } from "../../cluster-probe/check-webhook-namespace";
import { borrowedWebhook, checkWebhooks } from "../../cluster-probe/check-webhooks";
import { checkSameCluster, issuerUse } from "../../cluster-probe/published-issuer-use";
import type { FoundWebhook } from "../../cluster-probe/webhooks";
import { failure } from "./run-error";

const place: NamedCluster = {
  kind: "kubernetes",
  name: "eks-apps",
  issuerFrom: "cluster.oidcIssuerUrl",
  kubeconfigFrom: "cluster.kubeconfig",
};
const issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/ABC";

describe("the issuer of config against the cluster's own", () => {
  it("the same, or unknown, is content", () => {
    expect(() => checkIssuer(place, issuer, issuer)).not.toThrow();
    expect(() => checkIssuer(place, issuer, undefined)).not.toThrow();
  });

  it("a missing trailing slash is told as such, with the command that mends it", () => {
    const text = failure(() => checkIssuer(place, issuer, `${issuer}/`));
    expect(text).toContain("they differ only in the trailing slash");
    expect(text).toContain(`pulumi config set --stack stack --path cluster.oidcIssuerUrl ${issuer}/`);
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

  it("an issuer inside the cluster may be another cluster's: that is said first", () => {
    const text = failure(() => checkIssuer(place, issuer, "https://kubernetes.default.svc"));
    expect(text).toMatch(/^The kubeconfig leads to another cluster than eks-apps, or this one signs/);
    expect(text).toMatch(
      /look first whether the kubeconfig is the one of eks-apps[\s\S]*If it is the right one:[\s\S]*--service-account-issuer/,
    );
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
  const inside = "https://kubernetes.default.svc";

  it("is not the cluster's yet: workloads wait; the flags, the former issuer second", () => {
    const { inUse, note = "" } = issuerUse(place, website, inside, false);
    expect(inUse).toBe(false);
    expect(note).toContain("Its workloads wait.");
    const flags = note.split("\n").filter((line) => line.includes("--service-account-issuer"));
    expect(flags.map((line) => line.trim())).toEqual([
      `--service-account-issuer=${website}`,
      `--service-account-issuer=${inside}`,
    ]);
  });

  it("was set without its slash: says so", () => {
    const { note } = issuerUse(place, website, website.replace(/\/$/, ""), false);
    expect(note).toContain("differ only in the trailing slash");
  });

  it("is the cluster's", () => expect(issuerUse(place, website, website, false)).toEqual({ inUse: true }));

  it("was the cluster's, and is not for a while: its workloads stay", () => {
    const { inUse, note } = issuerUse(place, website, inside, true);
    expect(inUse).toBe(true);
    expect(note).toMatch(/no longer signs with the published issuer[\s\S]*--service-account-issuer=/);
  });

  it("is not known in a preview that makes its place", () =>
    expect(issuerUse(place, undefined, inside, false)).toEqual({ inUse: false }));

  it("cannot be compared with a cluster that does not say: workloads run, and that is said", () => {
    const { inUse, note } = issuerUse(place, website, undefined, false);
    expect(inUse).toBe(true);
    expect(note).toContain(`nobody compared it with the published one, ${website}`);
  });
});

describe("the cluster whose keys are published", () => {
  it("is the same, or the first", () => {
    expect(() => checkSameCluster(place, undefined, "1")).not.toThrow();
    expect(() => checkSameCluster(place, "1", "1")).not.toThrow();
  });

  it("is another one: both are named, with the way through", () => {
    const text = failure(() => checkSameCluster(place, "1111", "2222"));
    expect(text).toMatch(/leads to another cluster than the one whose keys this stack has published for eks-apps/);
    expect(text).toMatch(/UID 1111[\s\S]*2222 \(cluster\.kubeconfig\)/);
    expect(text).toContain("pulumi config set --stack stack --path cluster.replace eks-apps");
  });
});

describe("the webhooks of a cluster", () => {
  const helm: FoundWebhook = {
    configuration: "azure-wi-webhook-mutating-webhook-configuration",
    namespace: "azure-workload-identity-system",
    managedBy: "Helm",
    stack: undefined,
    healthy: true,
  };
  const own: FoundWebhook = { ...helm, managedBy: "pulumi", stack: "org.project.a" };
  const other: FoundWebhook = { ...helm, configuration: "second", namespace: "elsewhere" };
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
    ["existingAks", "az aks update --resource-group rg --name eks-apps --disable-workload-identity"],
    ["existingAks", "Azure has workload identity on"],
    ["connected", "az connectedk8s update --resource-group rg --name eks-apps --disable-workload-identity"],
    ["aksArc", "when the cluster is made"],
  ] as const)("none on %s: %s", (kind, words) => {
    expect(failure(() => checkWebhooks({ ...place, kind, resourceGroup: "rg" }, []))).toContain(words);
  });

  it.each([
    ["existingAks", "AKS's own", "kube-system", "az aks update"],
    ["connected", "Arc's own", "arc-workload-identity", "az connectedk8s update"],
  ] as const)(
    "two on %s: the one that came by Helm goes, and Azure's only by Azure",
    (kind, whose, namespace, command) => {
      const azure = { ...other, namespace };
      const text = failure(() => checkWebhooks({ ...place, kind, resourceGroup: "rg" }, [azure, helm]));
      expect(text).toContain(`keep ${whose} (namespace ${namespace}) and remove the others: helm list`);
      expect(text).toContain(`${command} --resource-group rg --name eks-apps --disable-workload-identity`);
    },
  );

  it("none on a cluster where config switches the features on already: nothing says to do so", () => {
    const text = failure(() => checkWebhooks({ ...place, kind: "existingAks", resourceGroup: "rg" }, []));
    expect(text).not.toContain("cluster.enable");
  });

  describe("of a stack that was renamed", () => {
    const renamed = (install: "auto" | "never") => ({
      ...wish(install),
      stack: "org.project.new",
      installedAs: own.stack,
    });

    it("is its own, and stays", () => {
      expect(checkWebhooks(place, [own], renamed("auto"))).toBe("installed by the stack");
      expect(borrowedWebhook(place, [own], renamed("auto"))).toBeUndefined();
    });

    it("goes with never, as any of its own", () =>
      expect(failure(() => checkWebhooks(place, [own], renamed("never")))).toMatch(/would be left without/));
  });

  it.each(["auto", "never"] as const)(
    "installed by the stack, and now somebody else's: never removed with what the stack made (%s)",
    (install) => {
      const text = failure(() => checkWebhooks(place, [helm], { ...wish(install), installedAs: "org.project.a" }));
      expect(text).toMatch(/not marked as its own[\s\S]*managed by Helm/);
      expect(text).toContain(`kubectl label mutatingwebhookconfiguration ${helm.configuration}`);
      expect(text).toContain("pulumi state delete");
    },
  );
});

describe("the namespace of a webhook that is about to be installed", () => {
  const wish = { install: "auto", stack: "org.project.a" } as const;
  const namespace = { uid: "1", labels: {}, managers: [], terminating: false };
  const of = (stack: string) => ({ ...namespace, labels: { "cross-tenant-identity/stack": stack } });
  const check = (found?: typeof namespace) => checkWebhookNamespace(place, "wi", found, wish);

  it("is not there: nothing to say", () => expect(check()).toBeUndefined());

  it("is this stack's: goes on, and says how a cut off deployment ends", () =>
    expect(check(of("org.project.a"))).toMatch(
      /did not come to its end[\s\S]*kubectl delete --ignore-not-found namespace\/wi/,
    ));

  it.each([
    ["nobody's known", namespace, /namespace wi that this stack did not make[\s\S]*webhook\.install to never/],
    ["another stack's", of("org.project.b"), /made by stack org\.project\.b/],
    ["on its way out", { ...of("org.project.a"), terminating: true }, /is being deleted[\s\S]*kubectl wait/],
  ])("is %s: refused, with what to do", (_whose, found, words) => expect(failure(() => check(found))).toMatch(words));
});

describe("a namespace that the stack is to make", () => {
  const namespace = { uid: "1", labels: {}, managers: ["kubectl-create"], terminating: false };
  const check = (found: typeof namespace | undefined) =>
    checkNamespaces(place, { namespace: async (name) => (name === "shop" ? found : undefined) }, ["batch", "shop"]);

  it("is not there, or of a first deployment that was cut off: goes on", async () => {
    await check(undefined);
    await check({ ...namespace, managers: ["pulumi-kubernetes-1a2b3c4d"] });
  });

  it("is somebody's: refused before anything is made, with the key", async () => {
    await expect(check(namespace)).rejects.toThrow(
      /eks-apps has a namespace shop already[\s\S]*take createNamespace out of these workloads[\s\S]*kubectl delete namespace shop/,
    );
  });

  it("is on its way out: refused, with what to wait for", async () => {
    await expect(check({ ...namespace, terminating: true })).rejects.toThrow(/is being deleted[\s\S]*kubectl wait/);
  });
});
