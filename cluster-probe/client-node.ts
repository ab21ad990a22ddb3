/**
 * The Kubernetes client. It is a large ECMAScript module that most stacks never need, and the program is CommonJS: so it
 * is loaded where it is used, and its types are taken from the loaded module.
 */
export function loadClient() {
  return import("@kubernetes/client-node");
}

export type Client = Awaited<ReturnType<typeof loadClient>>;
export type KubeConfig = InstanceType<Client["KubeConfig"]>;
