import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FollowedTokenFile } from "../../app/followed-token-file.ts";

const folder = mkdtempSync(join(tmpdir(), "token-file-"));
const file = join(folder, "token");
afterAll(() => rmSync(folder, { recursive: true }));

/** Numbers the credentials in the order in which they are opened; the token that each gives is its number. */
function counted(path: string) {
  let opened = 0;
  return new FollowedTokenFile(path, () => {
    opened += 1;
    const token = String(opened);
    return { getToken: async () => ({ token, expiresOnTimestamp: 0 }) };
  });
}

it("keeps one credential, and what it has cached, while the token file stays", async () => {
  writeFileSync(file, "a");
  const credential = counted(file);
  expect([await credential.getToken("x"), await credential.getToken("x")]).toMatchObject([
    { token: "1" },
    { token: "1" },
  ]);
});

it("opens the credential anew when the token file was renewed", async () => {
  writeFileSync(file, "a");
  const credential = counted(file);
  await credential.getToken("x");
  utimesSync(file, new Date(), new Date(Date.now() + 5_000));
  expect(await credential.getToken("x")).toMatchObject({ token: "2" });
});

it("leaves it to the credential to complain of a file that is not there", async () => {
  expect(await counted(join(folder, "missing")).getToken("x")).toMatchObject({ token: "1" });
});
