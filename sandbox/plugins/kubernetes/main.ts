import { createRequire } from "node:module";
import { useCompileCache } from "../rpc/compile-cache.ts";

useCompileCache();
const [{ serveProvider }, { map, text }, { KubernetesProvider }] = await Promise.all([
  import("../rpc/serve.ts"),
  import("./fields.ts"),
  import("./provider.ts"),
]);

// The engine asks for the plugin in the version of the program's SDK, so that is the version to answer with.
const sdk = map({ sdk: createRequire(import.meta.url)("@pulumi/kubernetes/package.json") }, "sdk");

await serveProvider(new KubernetesProvider(), { name: "kubernetes", version: text(sdk, "version").replace(/^v/, "") });
