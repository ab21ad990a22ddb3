import fc from "fast-check";
import { credentialName } from "../../federation/credential-name";
import { issuerUrl } from "../../federation/issuer";
import { credentialNamePattern } from "../../federation/limits";
import { roleAssignmentName } from "../../federation/role-assignment-name";
import { parseSubject, subjectOf } from "../../federation/subject";
import { planIdentities } from "../../plan/identity-trusts";

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
const subdomain = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join("."));

it("a subject names the service account that it was made of, and no other", () => {
  fc.assert(
    fc.property(label, subdomain, (namespace, name) => {
      expect(parseSubject(subjectOf({ namespace, name }))).toEqual({ namespace, name });
    }),
  );
});

it("a credential's name is one that Azure accepts, whatever issuer and subject are", () => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl(), fc.string()), fc.string({ maxLength: 600 }), (issuer, subject) => {
      const name = credentialName(issuer, subject);
      expect(name).toMatch(credentialNamePattern);
      expect(credentialName(issuer, subject)).toBe(name);
    }),
  );
});

it("two pairs of issuer and subject have two names", () => {
  const pair = fc.tuple(
    fc.string(),
    fc.oneof(
      fc.string(),
      fc.tuple(label, subdomain).map(([namespace, name]) => subjectOf({ namespace, name })),
    ),
  );
  fc.assert(
    fc.property(pair, pair, (left, right) => {
      fc.pre(left[0] !== right[0] || left[1] !== right[1]);
      expect(credentialName(...left)).not.toBe(credentialName(...right));
    }),
  );
});

it("role assignments of different principals, roles or scopes have different names, and the same ones the same", () => {
  const triple = fc.tuple(fc.string(), fc.uuid(), fc.uuid());
  fc.assert(
    fc.property(triple, triple, (left, right) => {
      const same = left.every((part, index) => part.toLowerCase() === right[index]?.toLowerCase());
      expect(roleAssignmentName(...left) === roleAssignmentName(...right)).toBe(same);
      expect(roleAssignmentName(...left)).toBe(roleAssignmentName(...left));
    }),
  );
});

describe("the keys of an identity's trusts", () => {
  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,8}$/);
  const stack = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
  const issuer = fc.constantFrom("https://a.example/", "https://b.example/", "https://c.example/").map(issuerUrl);
  // Few and short names, so that they meet often.
  const short = fc.stringMatching(/^[ab](-[ab])?$/);
  const trust = fc.record({
    namespace: short,
    serviceAccount: fc.array(short, { minLength: 1, maxLength: 2 }).map((parts) => parts.join(".")),
    issuer: fc.option(issuer, { nil: undefined }),
  });
  const outputs = issuer.map((oidcIssuerUrl) => ({ oidcIssuerUrl, serviceAccounts: [] }));
  const sources = fc.record({
    ownCluster: fc.option(name, { nil: undefined }),
    clusterStacks: fc.uniqueArray(fc.record({ stack, outputs: fc.option(outputs, { nil: undefined }) }), {
      selector: (each) => each.stack,
      maxLength: 3,
    }),
  });

  it("are as many as the trusts, and so are their pairs of issuer and subject", () => {
    fc.assert(
      fc.property(fc.array(trust, { maxLength: 8 }), sources, (trusts, from) => {
        const each = [...new Map(trusts.map((one) => [JSON.stringify(one), one])).values()];
        const identity = { name: "mi", kind: "userAssigned" as const, resourceGroup: "rg", trusts: each, roles: [] };
        const planned = planIdentities("b", [identity], from).plans.flatMap((plan) => plan.trusts);
        expect(new Set(planned.map(({ key }) => key)).size).toBe(planned.length);
        expect(new Set(planned.map((one) => JSON.stringify([one.issuer, one.subject]))).size).toBe(planned.length);
      }),
    );
  });
});
