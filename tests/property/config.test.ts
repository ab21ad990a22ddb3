import fc from "fast-check";
import { loadConfig } from "../../config/load";
import { ConfigError } from "../../config/problem";
import { stackSchema } from "../../config/stack";
import { both, clusters, refusal } from "../unit/config-fixtures";

type Values = Record<string, unknown>;

function load(values: Values, secretKeys: string[] = []): void {
  loadConfig("test", { values, secretKeys: new Set(secretKeys) });
}

/** Runs the loader; anything thrown but a ConfigError with problems fails the test. */
function acceptsOrExplains(values: Values): void {
  try {
    load(values);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    if (!(error instanceof ConfigError)) return;
    expect(error.problems.length).toBeGreaterThan(0);
    expect(error.message).toContain("in the configuration of stack test");
  }
}

const keys = Object.keys(stackSchema.shape);

it("arbitrary values under the known keys are accepted or explained, never a crash", () => {
  fc.assert(fc.property(fc.dictionary(fc.constantFrom(...keys), fc.jsonValue()), acceptsOrExplains), { numRuns: 300 });
});

it("arbitrary keys are explained too", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), acceptsOrExplains));
});

/** Every place in a value, as a path. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  const entries: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...entries.flatMap(([key, inner]) => places(inner, [...path, key]))];
}

function replaced(value: unknown, [step, ...rest]: (string | number)[], by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value)) return value.map((inner, index) => (index === step ? replaced(inner, rest, by) : inner));
  if (typeof value !== "object" || value === null) return by;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === step ? replaced(inner, rest, by) : inner]),
  );
}

it("one wrong value anywhere in a right config is accepted or explained", () => {
  const right = both();
  const place = fc.constantFrom(...places(right).filter((path) => path.length > 0));
  fc.assert(
    fc.property(place, fc.jsonValue(), (path, value) => {
      const changed = replaced(right, path, value);
      if (typeof changed === "object" && changed !== null) acceptsOrExplains({ ...changed });
    }),
    { numRuns: 500 },
  );
});

describe.each(Object.entries(clusters))("a cluster of kind %s", (kind, cluster) => {
  const right = both({ cluster });

  it("with one wrong value anywhere is accepted or explained", () => {
    const place = fc.constantFrom(...places(cluster, ["cluster"]).filter((path) => path.length > 1));
    fc.assert(
      fc.property(place, fc.jsonValue(), (path, value) => {
        const changed = replaced(right, path, value);
        if (typeof changed === "object" && changed !== null) acceptsOrExplains({ ...changed });
      }),
    );
  });

  it("with a key that is none of it is refused as such, whatever its name", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{3,12}[0-9]$/), (key) => {
        const { problems } = refusal({ ...right, cluster: { ...cluster, [key]: 1 } });
        expect(problems).toContainEqual(
          expect.objectContaining({ path: ["cluster", key], fault: `is not a key of kind ${kind}` }),
        );
      }),
    );
  });
});

it("a secret never shows in the text, wherever the mistake is", () => {
  const secret = "hunter2-hunter2";
  const right = both();
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
      const credentials = { clientSecret: secret, clientId: 3 };
      const values = { ...right, [key]: value, tenantA: { credentials } };
      try {
        load(values, ["tenantA"]);
      } catch (error) {
        expect(String(error)).not.toContain(secret);
      }
    }),
  );
});
