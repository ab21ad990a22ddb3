import { formatId, groupOf, parseId, parseType } from "../../sandbox/plugins/kubernetes/resource-type.ts";

describe("type tokens of the Kubernetes provider", () => {
  test.each([
    ["kubernetes:core/v1:Pod", "v1", "Pod"],
    ["kubernetes:apps/v1:Deployment", "apps/v1", "Deployment"],
    ["kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "rbac.authorization.k8s.io/v1", "ClusterRole"],
    ["kubernetes:example.com/v1alpha1:Widget", "example.com/v1alpha1", "Widget"],
  ])("%s is %s %s", (token, apiVersion, kind) => {
    expect(parseType(token)).toEqual({ apiVersion, kind });
  });

  test("a list is refused with the type to use instead", () => {
    expect(() => parseType("kubernetes:core/v1:PodList")).toThrow(
      /is a list.*Use kubernetes:core\/v1:Pod for each item/,
    );
  });

  test("a patch is refused with the type to use instead", () => {
    expect(() => parseType("kubernetes:core/v1:NamespacePatch")).toThrow(/is a patch.*kubernetes:core\/v1:Namespace\./);
  });

  test.each(["kubernetes:helm.sh/v3:Release", "kubernetes:yaml:ConfigFile", "kubernetes:kustomize:Directory"])(
    "%s is refused as not available here",
    (token) => {
      expect(() => parseType(token)).toThrow(/not available in the sandbox's stand-in/);
    },
  );

  test("a token of another shape is refused with an example", () => {
    expect(() => parseType("kubernetes:Pod")).toThrow(/Types look like kubernetes:apps\/v1:Deployment/);
  });

  test("the core group has the empty name", () => {
    expect([groupOf("v1"), groupOf("apps/v1")]).toEqual(["", "apps"]);
  });
});

describe("ids of Kubernetes objects", () => {
  test.each([
    ["team/app", { namespace: "team", name: "app" }],
    ["team", { namespace: "", name: "team" }],
  ])("%s is read and written back", (id, name) => {
    expect(parseId(id)).toEqual(name);
    expect(formatId(name)).toBe(id);
  });

  test.each(["", "/app", "a/b/c", "team/"])('"%s" is refused with the right form', (id) => {
    expect(() => parseId(id)).toThrow(/Write namespace\/name, or name/);
  });
});
