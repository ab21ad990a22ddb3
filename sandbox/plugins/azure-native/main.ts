import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { useCompileCache } from "../rpc/compile-cache.ts";

useCompileCache();
const [{ serveProvider }, { AzureNativeProvider }] = await Promise.all([
  import("../rpc/serve.ts"),
  import("./provider.ts"),
]);

// The engine asks for the version of the SDK that the program uses; a stand-in has that same version.
const manifest: unknown = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve("@pulumi/azure-native/package.json"), "utf8"),
);
const version: unknown =
  typeof manifest === "object" && manifest !== null ? Reflect.get(manifest, "version") : undefined;
if (typeof version !== "string") throw new Error("@pulumi/azure-native has no version in its package.json.");

await serveProvider(new AzureNativeProvider(), { name: "azure-native", version });
