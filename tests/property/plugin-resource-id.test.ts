import * as fc from "fast-check";
import { parseResourceId, resourceId } from "../../sandbox/plugins/azure-native/resource-id.ts";
import { resourceTable } from "../../sandbox/plugins/azure-native/table/index.ts";

const segment = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !text.includes("/"));
const path = fc
  .array(fc.stringMatching(/^[\w.-]{1,12}$/), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join("/"));

describe.each(resourceTable.map((spec) => [spec.type, spec] as const))("an id of %s", (_, spec) => {
  const inputs = fc.record(
    Object.fromEntries(
      Object.entries(spec.pathParameters).map(([name, { raw }]) => {
        if (name === "scope") return [name, path.map((text) => `/${text}`)];
        // A type is one segment where it has a parent, so that there is one way to take the id apart.
        return [name, raw === true && name !== "resourceType" ? path : segment];
      }),
    ),
  );

  it("gives back the inputs that made it", () => {
    fc.assert(
      fc.property(inputs, (values) => {
        const id = resourceId(spec.path, spec.pathParameters, values, "sub");
        expect(parseResourceId(id, spec.path, spec.pathParameters)).toEqual(values);
      }),
    );
  });
});
