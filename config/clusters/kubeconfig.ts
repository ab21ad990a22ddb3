import { z } from "zod";
import { documented } from "../documentation";
import { nonEmpty } from "../formats";

const context = nonEmpty({
  means: "the context in it; without it, the kubeconfig's current one",
  example: "my-cluster",
}).optional();

const fileSchema = z.strictObject({
  path: nonEmpty({
    means: "the kubeconfig file; without it, $KUBECONFIG or ~/.kube/config",
    expected: "a path; ~ is the home folder, a relative one starts at the project's folder",
    example: "~/.kube/config",
  }).optional(),
  context,
});

const contentsSchema = z.strictObject({
  contents: nonEmpty({
    means: "in place of `path`: the kubeconfig itself, only ever as a secret of the stack",
    expected: "the text of a kubeconfig, encrypted",
    example: "pulumi config set --secret --path cluster.kubeconfig.contents",
  }),
  context,
});

/** Where the way into a cluster stands: a file, or the text itself as a secret of the stack. */
export function kubeconfigSource(means: string) {
  return documented(z.union([fileSchema, contentsSchema]), {
    means,
    expected: "an object with path and context, or with contents; {} is the kubeconfig that kubectl uses",
    example: { path: "~/.kube/config", context: "my-cluster" },
  });
}

export type KubeconfigSource = z.output<ReturnType<typeof kubeconfigSource>>;
