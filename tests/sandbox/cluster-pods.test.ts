import { existsSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { ClusterHost, type Kubectl, waitFor } from "./support/cluster-client.ts";
import { clusterSpec, isReady, one, pod, scriptImage } from "./support/cluster-objects.ts";

// Ends what would never end; no test measures it.
jest.setTimeout(120_000);

const host = new ClusterHost();
/** Where the container that ignores SIGTERM notes that it got one. */
const askedFile = join(host.stateDir, "asked-to-end");
let kubectl: Kubectl;

/** How a pod's one container has ended. */
function terminationOf({ status }: { status: { containerStatuses?: { state: { terminated?: object } }[] } }) {
  return status.containerStatuses?.[0]?.state.terminated;
}

beforeAll(async () => {
  const images = join(host.stateDir, "images");
  await host.start([
    scriptImage(images, "ticks", `let i = 0; setInterval(() => console.log("tick", ++i), 100);`),
    scriptImage(images, "succeeds", `console.log("done");`),
    scriptImage(images, "fails", `console.log("attempt"); process.exit(3);`),
    scriptImage(
      images,
      "stubborn",
      `import { writeFileSync } from "node:fs";
       process.on("SIGTERM", () => writeFileSync(${JSON.stringify(askedFile)}, ""));
       console.log("listening");
       setInterval(() => undefined, 1000);`,
    ),
  ]);
  kubectl = await host.cluster(clusterSpec("aks-pods", false));
});
afterAll(() => host.close(), 30_000);

describe("the life of a pod", () => {
  it("leads through Running to Succeeded or Failed when nothing is restarted", async () => {
    await kubectl.apply(
      pod("succeeds", { restartPolicy: "Never", ...one("succeeds") }),
      pod("fails", { restartPolicy: "Never", ...one("fails") }),
    );
    const good = await kubectl.until("pod", "succeeds", ({ status }) => status.phase === "Succeeded");
    expect(good.status.containerStatuses[0]).toMatchObject({
      ready: false,
      state: { terminated: { exitCode: 0, reason: "Completed" } },
    });
    const bad = await kubectl.until("pod", "fails", ({ status }) => status.phase === "Failed");
    expect(bad.status.containerStatuses[0]).toMatchObject({
      restartCount: 0,
      state: { terminated: { exitCode: 3, reason: "Error" } },
    });
  });

  it("is CrashLoopBackOff for a container that keeps failing, with its last end and the log of the run before", async () => {
    await kubectl.apply(pod("crashes", one("fails")));
    const crashed = await kubectl.until("pod", "crashes", ({ status }) => {
      const container = status.containerStatuses?.[0];
      return container?.restartCount >= 2 && container.state.waiting?.reason === "CrashLoopBackOff";
    });
    expect(crashed.status).toMatchObject({
      phase: "Running",
      containerStatuses: [
        {
          ready: false,
          state: {
            waiting: {
              message: expect.stringMatching(/^back-off .* restarting failed container=app pod=crashes_default/),
            },
          },
          lastState: { terminated: { exitCode: 3, reason: "Error" } },
        },
      ],
    });
    expect(await kubectl.out("logs", "crashes", "--previous")).toBe("attempt\n");
    await kubectl.out("delete", "pod", "crashes");
  });

  it("stays Pending for an image that the node cannot run, and says how to make it run", async () => {
    await kubectl.apply(pod("foreign", one("nginx:1.29")));
    const { status } = await kubectl.until("pod", "foreign", (object) => object.status.containerStatuses !== undefined);
    expect(status).toMatchObject({
      phase: "Pending",
      containerStatuses: [
        {
          state: {
            waiting: { reason: "ImageNotRunnable", message: expect.stringContaining('--image "IMAGE=COMMAND"') },
          },
        },
      ],
    });
    const events = await kubectl.out(
      "get",
      "events",
      "--field-selector",
      "involvedObject.name=foreign,reason=ImageNotRunnable",
      "-o",
      "name",
    );
    expect(events).toMatch(/^event\/foreign\./);
    await kubectl.out("delete", "pod", "foreign");
  });

  it("stays Pending without a node when its selector matches none", async () => {
    await kubectl.apply(pod("elsewhere", { nodeSelector: { "kubernetes.io/os": "windows" }, ...one("ticks") }));
    const { spec: podSpec, status } = await kubectl.until(
      "pod",
      "elsewhere",
      (object) => object.status.conditions !== undefined,
    );
    expect(podSpec.nodeName).toBeUndefined();
    expect(status).toMatchObject({
      phase: "Pending",
      conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }],
    });
    await kubectl.out("delete", "pod", "elsewhere");
  });

  it("waits for a ConfigMap that its environment names, and goes on when it is there", async () => {
    const env = [{ name: "X", valueFrom: { configMapKeyRef: { name: "late", key: "x" } } }];
    await kubectl.apply(pod("waits", one("ticks", { env })));
    const reason = (object: { status: { containerStatuses?: { state: { waiting?: { reason: string } } }[] } }) =>
      object.status.containerStatuses?.[0]?.state.waiting?.reason;
    await kubectl.until("pod", "waits", (object) => reason(object) === "CreateContainerConfigError");
    await kubectl.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "late" }, data: { x: "now" } });
    await kubectl.until("pod", "waits", isReady);
    await kubectl.out("delete", "pod", "waits");
  });

  it("ends with SIGKILL after the grace period when the container ignores SIGTERM, and leaves nothing behind", async () => {
    // The finalizer keeps the pod's last status readable.
    const spec = pod("stubborn", { terminationGracePeriodSeconds: 2, ...one("stubborn") });
    await kubectl.apply({ ...spec, metadata: { ...spec.metadata, finalizers: ["example.com/look"] } });
    const { metadata } = await kubectl.until("pod", "stubborn", isReady);
    await waitFor(
      async () => (await kubectl.out("logs", "stubborn")) === "listening\n",
      () => "the container to listen for SIGTERM",
    );
    const name = Object.keys((await host.facts()).pids).find((label) => label.includes(metadata.uid)) ?? "";
    const pid = (await host.facts()).pids[name] ?? 0;
    await kubectl.out("delete", "pod", "stubborn", "--wait=false");
    const { status } = await kubectl.until("pod", "stubborn", (object) => terminationOf(object) !== undefined);
    expect(existsSync(askedFile)).toBe(true);
    expect(terminationOf({ status })).toMatchObject({ exitCode: 137, signal: 9 });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    await kubectl.out("patch", "pod", "stubborn", "--type=merge", '--patch={"metadata":{"finalizers":null}}');
    const folder = join(host.stateDir, "clusters", "1", "pods", metadata.uid);
    await waitFor(
      () => !existsSync(folder),
      () => `${folder} to be removed`,
    );
  });
});

describe("controllers", () => {
  it("keep a Deployment at two replicas, and bring back one that is deleted", async () => {
    const labels = { app: "two" };
    await kubectl.apply({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "two" },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, ...one("ticks") } },
      },
    });
    const two = (object: { status: { availableReplicas?: number } }) => object.status.availableReplicas === 2;
    await kubectl.until("deployment", "two", two);
    const first = (await kubectl.out("get", "pods", "-l", "app=two", "-o", "name")).split("\n")[0] ?? "";
    await kubectl.out("delete", first);
    await kubectl.until("deployment", "two", two);
    await kubectl.out("delete", "deployment", "two", "--cascade=foreground");
    expect(await kubectl.out("get", "pods", "-l", "app=two", "-o", "name")).toBe("");
  });

  it("complete a Job, and fail one whose pods fail", async () => {
    const job = (name: string, image: string) => ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name },
      spec: { backoffLimit: 0, template: { spec: { restartPolicy: "Never", ...one(image) } } },
    });
    await kubectl.apply(job("good", "succeeds"), job("bad", "fails"));
    await kubectl.out("wait", "--for=condition=Complete", "job/good", "--timeout=60s");
    await kubectl.out("wait", "--for=condition=Failed", "job/bad", "--timeout=60s");
    expect(await kubectl.out("logs", "job/good")).toBe("done\n");
  });

  it("run what a CronJob describes", async () => {
    await kubectl.apply({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "nightly" },
      spec: {
        schedule: "0 3 * * *",
        jobTemplate: { spec: { template: { spec: { restartPolicy: "OnFailure", ...one("succeeds") } } } },
      },
    });
    await kubectl.out("create", "job", "tonight", "--from=cronjob/nightly");
    await kubectl.out("wait", "--for=condition=Complete", "job/tonight", "--timeout=60s");
  });

  it("empty and remove a namespace that is deleted", async () => {
    await kubectl.out("create", "namespace", "shop");
    const inShop = { ...pod("ticks", one("ticks")), metadata: { name: "ticks", namespace: "shop" } };
    // Pods are refused until the namespace has its default service account.
    let refusal = "";
    const isTaken = async () => {
      const { code, stderr } = await kubectl.run(["apply", "-f", "-"], JSON.stringify(inShop));
      refusal = stderr;
      return code === 0;
    };
    await waitFor(isTaken, () => `the namespace to take pods: ${refusal}`);
    await kubectl.out("wait", "--for=condition=Ready", "pod/ticks", "-n", "shop", "--timeout=60s");
    await kubectl.out("delete", "namespace", "shop", "--timeout=60s");
  });
});

describe("logs", () => {
  beforeAll(async () => {
    await kubectl.apply(pod("ticks", one("ticks")));
    await kubectl.until("pod", "ticks", isReady);
  });

  it("are followed while they grow, and end with the container", async () => {
    let following: ReturnType<Kubectl["run"]> | undefined;
    await new Promise<void>((resolve) => {
      following = kubectl.run(["logs", "-f", "ticks", "--tail=1", "--timestamps"], undefined, (soFar) => {
        if (soFar.split("\n").length > 3) resolve();
      });
      void following.then(() => resolve());
    });
    await kubectl.out("delete", "pod", "ticks");
    const { code, stdout } = (await following) ?? {};
    const lines = stdout?.trim().split("\n") ?? [];
    expect(code).toBe(0);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\S+Z tick \d+$/);
  });

  it("are for the API server only", async () => {
    const { status } = await kubectl.get("node", "sandbox-node-0");
    const port = status.daemonEndpoints.kubeletEndpoint.Port;
    const attempt = new Promise((resolve, reject) => {
      const options = { rejectUnauthorized: false, agent: false };
      request(`https://127.0.0.1:${port}/containerLogs/default/ticks/app`, options, (answer) =>
        resolve(answer.statusCode),
      )
        .on("error", reject)
        .end();
    });
    await expect(attempt).rejects.toThrow();
  });

  it("are all that the node serves: exec is refused in words", async () => {
    await kubectl.apply(pod("still", one("ticks")));
    await kubectl.until("pod", "still", isReady);
    const { code, stderr } = await kubectl.run(["exec", "still", "-c", "app", "--", "ls"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("it serves logs, but not exec");
  });
});
