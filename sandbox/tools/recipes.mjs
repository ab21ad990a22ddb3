import { fileURLToPath } from "node:url";
import { goVersions, versions } from "./versions.mjs";

/**
 * @typedef {object} Binary
 * @property {string} file name in the tool's bin folder
 * @property {string} package Go import path of its main package
 * @property {Record<string, string>} stamp variables that the linker sets, so that the binary knows its version
 * @property {number} seconds how long it takes on two cores with an empty Go build cache
 * @property {{ before: string, after: string }[]} [changes] replacements of text in its main.go
 */

/**
 * @typedef {object} GoModule
 * @property {string} name of the module that the set-up writes
 * @property {string} go oldest Go that can build it
 * @property {string} version of every package below
 * @property {number} seconds how long resolving and downloading its modules takes
 * @property {string} [stagingOf] a module whose own `=> ./staging/…` replacements have to be repeated by who imports it
 * @property {{ path: string, folder: string }} [local] a module whose source lies in this project
 * @property {Binary[]} binaries
 */

/**
 * @typedef {object} Recipe
 * @property {string} tool
 * @property {string} version
 * @property {string} purpose
 * @property {GoModule[]} modules
 * @property {{ source: string, file: string }[]} scripts copied beside the binaries and made executable
 */

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));

const pulumiVersionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

const [kubernetesMajor = "", kubernetesMinor = ""] = versions.kubernetes.replace("v", "").split(".");

const kubernetesStamp = {
  "k8s.io/component-base/version.gitVersion": versions.kubernetes,
  "k8s.io/component-base/version.gitMajor": kubernetesMajor,
  "k8s.io/component-base/version.gitMinor": kubernetesMinor,
};

/**
 * @param {[file: string, seconds: number][]} binaries
 * @param {number} seconds
 * @returns {GoModule}
 */
function kubernetesModule(binaries, seconds) {
  return {
    name: "kubernetes",
    go: goVersions.kubernetes,
    version: versions.kubernetes,
    seconds,
    stagingOf: "k8s.io/kubernetes",
    binaries: binaries.map(([file, time]) => ({
      file,
      package: `k8s.io/kubernetes/cmd/${file}`,
      stamp: kubernetesStamp,
      seconds: time,
    })),
  };
}

/** How each tool is built from Go modules. A tool is what is built, cached and locked as one. */
export const recipes = Object.freeze({
  /** @type {Recipe} */
  pulumi: {
    tool: "pulumi",
    version: versions.pulumiCli,
    purpose: "the Pulumi engine, its CLI and its Node.js language host",
    modules: [
      {
        name: "pulumi-language-nodejs",
        go: goVersions.pulumi,
        version: versions.pulumiLanguageNodejs,
        seconds: 10,
        binaries: [
          {
            file: "pulumi-language-nodejs",
            package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
            stamp: { [pulumiVersionVariable]: versions.pulumiLanguageNodejs },
            seconds: 25,
          },
        ],
      },
      {
        name: "pulumi",
        go: goVersions.pulumi,
        version: versions.pulumiCli,
        seconds: 30,
        binaries: [
          {
            file: "pulumi",
            package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
            stamp: { [pulumiVersionVariable]: versions.pulumiCli },
            seconds: 170,
          },
        ],
      },
    ],
    scripts: [{ source: here("pulumi/pulumi-resource-pulumi-nodejs"), file: "pulumi-resource-pulumi-nodejs" }],
  },
  /** @type {Recipe} */
  kubernetes: {
    tool: "kubernetes",
    version: versions.kubernetes,
    purpose: "the API server and the controllers of the sandbox's clusters",
    modules: [
      kubernetesModule(
        [
          ["kube-apiserver", 235],
          ["kube-controller-manager", 85],
        ],
        30,
      ),
    ],
    scripts: [],
  },
  /** @type {Recipe} */
  kubectl: {
    tool: "kubectl",
    version: versions.kubernetes,
    purpose: "looking into the sandbox's clusters",
    modules: [kubernetesModule([["kubectl", 40]], 10)],
    scripts: [],
  },
  /** @type {Recipe} */
  kine: {
    tool: "kine",
    version: versions.kine,
    purpose: "the store behind the API server",
    modules: [
      {
        name: "kine",
        go: goVersions.kine,
        version: versions.kine,
        seconds: 12,
        binaries: [
          {
            file: "kine",
            package: "github.com/k3s-io/kine",
            stamp: { "github.com/k3s-io/kine/pkg/version.Version": versions.kine },
            seconds: 65,
          },
        ],
      },
    ],
    scripts: [],
  },
  /** @type {Recipe} */
  kubelogin: {
    tool: "kubelogin",
    version: versions.kubelogin,
    purpose: "signing in to clusters that take Microsoft Entra ID's tokens only",
    modules: [
      {
        name: "kubelogin",
        go: goVersions.kubelogin,
        version: versions.kubelogin,
        seconds: 10,
        binaries: [
          {
            file: "kubelogin",
            package: "github.com/Azure/kubelogin",
            stamp: { "main.gitTag": versions.kubelogin },
            seconds: 90,
          },
        ],
      },
    ],
    scripts: [],
  },
  /** @type {Recipe} */
  webhook: {
    tool: "webhook",
    version: versions.webhook,
    purpose: "the Azure Workload Identity webhook, which gives pods their token",
    modules: [
      {
        name: "webhook",
        go: goVersions.webhook,
        version: versions.webhook,
        seconds: 12,
        local: { path: "monis.app/mlog", folder: here("webhook/mlog") },
        binaries: [
          {
            file: "azure-workload-identity-webhook",
            package: "github.com/Azure/azure-workload-identity/cmd/webhook",
            stamp: { "github.com/Azure/azure-workload-identity/pkg/version.BuildVersion": versions.webhook },
            seconds: 70,
            // Upstream listens on 0.0.0.0:9443 and has no setting for it; several clusters of one machine need several ports.
            changes: [
              {
                before: "\tflag.Parse()\n",
                after:
                  '\twebhookHost := flag.String("webhook-host", "", "The address the webhook server binds to")\n' +
                  '\twebhookPort := flag.Int("webhook-port", 9443, "The port the webhook server listens on")\n' +
                  "\tflag.Parse()\n",
              },
              {
                before: "serverOpts := webhook.Options{\n",
                after: "serverOpts := webhook.Options{\n\t\tHost: *webhookHost,\n\t\tPort: *webhookPort,\n",
              },
            ],
          },
        ],
      },
    ],
    scripts: [],
  },
});
