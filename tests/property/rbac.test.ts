import fc from "fast-check";
import { actionMatches, grants, isAllowed, scopeCovers } from "../../sandbox/tenants/arm/rbac.ts";

const segment = fc.stringMatching(/^[a-zA-Z.]{1,8}$/);
const action = fc.array(segment, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("/"));
const pattern = fc
  .array(fc.oneof(segment, fc.constant("*")), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join("/"));
const scope = fc.array(segment, { minLength: 1, maxLength: 6 }).map((parts) => `/${parts.join("/")}`);
const permission = (actions: string[], notActions: string[]) => ({
  actions,
  notActions,
  dataActions: [],
  notDataActions: [],
});

/** The rule said again with a regular expression, slower and obviously right. */
const byRegularExpression = (wanted: string, text: string) =>
  new RegExp(
    `^${wanted
      .split("*")
      .map((part) => part.replace(/[.]/g, "\\."))
      .join(".*")}$`,
    "i",
  ).test(text);

describe("a pattern of a role's actions", () => {
  it("matches exactly what its regular expression matches", () => {
    fc.assert(
      fc.property(pattern, action, (wanted, text) => actionMatches(wanted, text) === byRegularExpression(wanted, text)),
      { numRuns: 2000 },
    );
  });

  it("matches itself, in any case, and everything where it is *", () => {
    fc.assert(fc.property(action, (text) => actionMatches(text, text.toUpperCase()) && actionMatches("*", text)));
  });

  it("still matches when any part of an action is replaced by *", () => {
    fc.assert(
      fc.property(action, fc.nat(), fc.nat(), (text, from, length) => {
        const start = from % (text.length + 1);
        return actionMatches(`${text.slice(0, start)}*${text.slice(start + (length % (text.length + 1)))}`, text);
      }),
    );
  });
});

describe("a grant", () => {
  it("never allows what its not-actions name", () => {
    fc.assert(
      fc.property(
        pattern,
        action,
        (excluded, text) => !actionMatches(excluded, text) || !grants(permission(["*"], [excluded]), text),
      ),
    );
  });

  it("covers its own scope and everything below it, in any case, and nothing beside it", () => {
    fc.assert(
      fc.property(scope, segment, (above, name) => {
        expect(scopeCovers(above, above.toUpperCase())).toBe(true);
        expect(scopeCovers(above, `${above}/${name}`)).toBe(true);
        expect(scopeCovers(`${above}/${name}`, above)).toBe(false);
        expect(scopeCovers(above, `${above}${name}`)).toBe(false);
      }),
    );
  });

  it("is the only thing that allows: nothing is allowed without one", () => {
    fc.assert(fc.property(action, scope, (text, target) => !isAllowed([], text, target)));
  });

  it("is added to others: one more never takes anything away", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(scope, pattern)),
        scope,
        pattern,
        action,
        scope,
        (held, at, allowed, text, target) => {
          const before = held.map(([where, what]) => ({ scope: where, permissions: [permission([what], [])] }));
          const after = [...before, { scope: at, permissions: [permission([], [allowed])] }];
          return isAllowed(before, text, target) === isAllowed(after, text, target);
        },
      ),
    );
  });
});
