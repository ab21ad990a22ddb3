import fc from "fast-check";
import { addressOf, contains, overlap, rangeOf } from "../../config/address-range";

const address = fc.ipV4();
const bits = fc.integer({ min: 0, max: 32 });
const range = fc.tuple(address, bits).map(([start, prefix]) => `${start}/${prefix}`);

function read(text: string) {
  const found = rangeOf(text);
  if (found === undefined) throw new Error(`not read: ${text}`);
  return found;
}

function number(text: string): number {
  const found = addressOf(text);
  if (found === undefined) throw new Error(`not read: ${text}`);
  return found;
}

it("a range has as many addresses as its prefix leaves, the given one among them", () => {
  fc.assert(
    fc.property(address, bits, (start, prefix) => {
      const { first, last } = read(`${start}/${prefix}`);
      expect(last - first + 1).toBe(2 ** (32 - prefix));
      expect(contains({ first, last }, number(start))).toBe(true);
    }),
  );
});

it("two ranges overlap when and only when one holds the other's first address", () => {
  fc.assert(
    fc.property(range, range, (left, right) => {
      const [a, b] = [read(left), read(right)];
      expect(overlap(a, b)).toBe(contains(a, b.first) || contains(b, a.first));
      expect(overlap(b, a)).toBe(overlap(a, b));
    }),
  );
});

it("what is no range of IPv4 has no addresses", () => {
  expect(["", "10.0.0.0", "10.0.0.0/33", "fd00::/8", "10.0.0/8", "10.0.0.0/"].map(rangeOf)).toEqual(
    new Array(6).fill(undefined),
  );
});
