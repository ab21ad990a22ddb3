import { createRequire } from "node:module";
import { serveProvider } from "../rpc/serve.ts";
import { map, text } from "./fields.ts";
import { KubernetesProvider } from "./provider.ts";

// The engine asks for the plugin in the version of the program's SDK, so that is the version to answer with.
const sdk = map({ sdk: createRequire(import.meta.url)("@pulumi/kubernetes/package.json") }, "sdk");

await serveProvider(new KubernetesProvider(), { name: "kubernetes", version: text(sdk, "version").replace(/^v/, "") });
