import { execFile } from "node:child_process";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

/** One run of `npm start`'s program; the tests look at what it printed. */
let output = "";
let code = -1;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    execFile(
      process.execPath,
      ["sandbox/start/main.ts"],
      { cwd: root, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        output = `${stdout}${stderr}`;
        code = error === null ? 0 : 1;
        resolve();
      },
    );
  });
}, 240_000);

describe("npm start", () => {
  it("ends well, with both quota lines printed", () => {
    if (code !== 0) throw new Error(output);
    expect(output).toMatch(/^\s*limit: \{"id":/m);
    expect(output).toMatch(/^\s*usage: \{"id":/m);
  });

  it("shows both previews empty and the chain of trust", () => {
    expect(output.match(/preview --expect-no-changes: no changes/g)).toHaveLength(2);
    for (const link of ["issuer", "subject", "audience", "identity", "role", "result"]) {
      expect(output).toMatch(new RegExp(`^\\s*${link}\\s+\\S`, "m"));
    }
    expect(output).toContain("system:serviceaccount:default:wi-demo-account");
  });

  it("finds both tenants empty after destroy", () => {
    expect(output.match(/no resource, no role assignment, no federated credential/g)).toHaveLength(2);
  });
});
