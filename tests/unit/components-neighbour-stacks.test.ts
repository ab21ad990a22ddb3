import * as pulumi from "@pulumi/pulumi";
import { readNeighbourStacks } from "../../components/neighbour-stacks";

const none = { identityStack: [], clusterStack: [] };

/** Reads with a backend that answers by the name asked for. */
async function read(backend: (name: string) => Record<string, unknown>) {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name }) => ({ id: name, state: {} }),
      call: ({ inputs }) => ({ outputs: backend(inputs.name) }),
    },
    "project",
    "stack",
    false,
    "organization",
  );
  return readNeighbourStacks(none);
}

function refused(details: string): never {
  throw Object.assign(new Error(details), { details });
}

it("a stack that nobody has deployed has said nothing", async () => {
  const { ownIssuer, publishedCluster } = await read((name) => refused(`unknown stack "${name}"`));
  expect([ownIssuer, publishedCluster]).toEqual([undefined, undefined]);
});

it("a state that knows no projects is asked for the stack's name alone", async () => {
  const oidcIssuerUrl = "https://oidc.example.com/";
  const { ownIssuer } = await read((name) =>
    name === "stack"
      ? { oidcIssuerUrl }
      : refused("a stack name may only contain alphanumeric, hyphens, underscores, or periods"),
  );
  expect(ownIssuer).toBe(oidcIssuerUrl);
});

it("any other answer stops the deployment", async () => {
  await expect(read(() => refused("403 Forbidden"))).rejects.toThrow("The last outputs of this stack cannot be read");
});
