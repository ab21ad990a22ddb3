import { isIP } from "node:net";

/** A range of IPv4 addresses, as numbers, both ends included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** An IPv4 address as a number; undefined when the text is none. */
export function addressOf(text: string): number | undefined {
  if (isIP(text) !== 4) return undefined;
  return text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The addresses of ADDRESS/BITS, of which the part behind the prefix does not matter; undefined for IPv6. */
export function rangeOf(cidr: string): Range | undefined {
  const [text = "", prefix = ""] = cidr.split("/");
  const address = addressOf(text);
  const bits = Number(prefix);
  if (address === undefined || !/^\d{1,2}$/.test(prefix) || bits > 32) return undefined;
  const size = 2 ** (32 - bits);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1 };
}

export function contains({ first, last }: Range, address: number): boolean {
  return address >= first && address <= last;
}

export function overlap(left: Range, right: Range): boolean {
  return left.first <= right.last && right.first <= left.last;
}
