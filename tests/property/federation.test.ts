import fc from "fast-check";
import { credentialName } from "../../federation/credential-name";
import { credentialNamePattern } from "../../federation/limits";
import { roleAssignmentName } from "../../federation/role-assignment-name";
import { parseSubject, subjectOf } from "../../federation/subject";

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
