import * as pulumi from "@pulumi/pulumi";

/**
 * Resolves when the engine has started the provider of dynamic resources as this deployment needs it.
 *
 * The engine configures that provider with the whole config of the stack, and so updates it in every deployment that
 * changes config, when the program first asks for it. Where a replacement has begun by then, the old one is at work on
 * deletions, and the update closes it: they fail with "the client connection is closing" (Pulumi,
 * pkg/resource/deploy/providers/registry.go, setProviderAndCloseOld). So ask before anything can be replaced.
 */
export async function startDynamicProvider(): Promise<void> {
  // Any function starts it; it has none, and says so.
  await pulumi.runtime.invoke("pulumi-nodejs:index:none", {}).catch(() => undefined);
}
