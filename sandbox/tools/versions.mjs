// The one place where the versions of the sandbox's tools are set. A change here changes the cache keys, so the next
// set-up fetches or builds what is new and leaves the old builds alone.

/** What the set-up downloads or builds. */
export const versions = Object.freeze({
  pulumiCli: "v3.259.0",
  /** The last version whose language host is a package of a tagged Go module (sdk/v3); it drives newer CLIs and SDKs. */
  pulumiLanguageNodejs: "v3.68.0",
  /** The npm package `pulumi`, which downloads the CLI of its own version. */
  pulumiNpm: "3.265.0",
  kubernetes: "v1.37.2",
  kine: "v0.16.4",
  webhook: "v1.6.0",
  /** The last version that Go 1.26.4 builds. */
  kubelogin: "v0.2.20",
});

/** The oldest versions that are taken from PATH or KUBEBUILDER_ASSETS instead. */
export const minimumVersions = Object.freeze({
  pulumi: "3.259.0",
  kubernetes: "1.30.0",
  /** Only get, logs and apply are used, which work far outside kubectl's supported skew of one minor version. */
  kubectl: "1.28.0",
  kine: "0.16.4",
  webhook: "1.5.0",
  kubelogin: "0.1.0",
});

/** The oldest Go that each module can be built with: the `go` line of its own go.mod. */
export const goVersions = Object.freeze({
  pulumi: "1.25.11",
  kubernetes: "1.26.0",
  kine: "1.25.1",
  webhook: "1.26.4",
  kubelogin: "1.26.4",
});

/** The `go` line of the modules that the set-up writes, and what a newcomer is told to install. */
export const recommendedGo = "1.26.4";
