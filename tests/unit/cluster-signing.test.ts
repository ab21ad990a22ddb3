import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RotationError, SigningKeys } from "../../sandbox/cluster/signing.ts";

const directory = mkdtempSync(join(tmpdir(), "signing-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it("a rotation serves both keys, then the new one, which signs from the beginning", async () => {
  const keys = await SigningKeys.create(directory, "https://one.example.com/");
  const { privateKey: first, publicKeys } = keys.current;
  expect(publicKeys).toHaveLength(1);
  expect(statSync(first).mode & 0o777).toBe(0o600);
  await expect(keys.rotate("retire")).rejects.toThrow(RotationError);

  await keys.rotate("add");
  const { privateKey: second, publicKeys: both } = keys.current;
  expect(second).not.toBe(first);
  expect(both).toEqual([publicKeys[0], expect.any(String)]);

  await keys.rotate("retire");
  expect(keys.current).toMatchObject({ privateKey: second, publicKeys: [both[1]] });
  expect(readFileSync(keys.current.publicKeys[0] ?? "", "utf8")).toContain("BEGIN PUBLIC KEY");
});

it("a new issuer signs, and the former ones are still accepted; none twice", async () => {
  const keys = await SigningKeys.create(directory, "https://one.example.com/");
  keys.setIssuer("https://two.example.com/");
  keys.setIssuer("https://one.example.com/");
  expect(keys.issuerUrl).toBe("https://one.example.com/");
  expect(keys.current.issuers).toEqual(["https://one.example.com/", "https://two.example.com/"]);
});
