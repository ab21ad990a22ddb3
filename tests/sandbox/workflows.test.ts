import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";

const run = promisify(execFile);
const folder = join(__dirname, "../../.github/workflows");
const files = readdirSync(folder)
  .filter((name) => /\.ya?ml$/.test(name))
  .map((name) => join(folder, name));

const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";
const BOUND_MS = 240_000;

/** What actionlint finds fault with, or "" when it is content. */
async function actionlint(): Promise<string> {
  // Without the two helpers that a machine may or may not have: the same verdict everywhere.
  const args = ["run", ACTIONLINT, "-no-color", "-shellcheck=", "-pyflakes=", ...files];
  try {
    await run("go", args, { timeout: BOUND_MS, killSignal: "SIGKILL" });
    return "";
  } catch (error) {
    const { code, killed, stdout, stderr }: { code?: unknown; killed?: boolean; stdout?: string; stderr?: string } =
      Object(error);
    if (code === "ENOENT") {
      throw new Error(`Go is not on PATH; it builds ${ACTIONLINT}. Install Go 1.24 or newer, or put it on PATH.`);
    }
    if (killed) {
      throw new Error(`building or running ${ACTIONLINT} took more than ${BOUND_MS / 1000} s; is GOPROXY reachable?`);
    }
    return `${stdout}${stderr}`;
  }
}

describe("the workflows", () => {
  it(
    "satisfy actionlint",
    async () => {
      expect(await actionlint()).toBe("");
    },
    BOUND_MS + 10_000,
  );

  describe("preview on a pull request", () => {
    const workflow = parse(readFileSync(join(folder, "preview.yml"), "utf8"));
    const job = workflow.jobs.stacks;
    const pulumi = job.steps.find((step: { uses?: string }) => step.uses?.startsWith("pulumi/actions@"));

    it("previews both tenants' stacks and changes nothing", () => {
      expect(job.strategy.matrix.stack).toEqual(["tenantA", "tenantB"]);
      expect(pulumi.with).toMatchObject({ command: "preview", "stack-name": "$" + "{{ matrix.stack }}" });
      expect(pulumi.with).not.toHaveProperty("upsert");
    });

    it("keeps one comment per stack and edits it in place", () => {
      expect(pulumi.with).toMatchObject({ "comment-on-pr": true, "edit-pr-comment": true });
    });

    it("may only read the code, write the comment and ask for its own identity token", () => {
      expect(workflow.permissions).toEqual({});
      expect(job.permissions).toEqual({ contents: "read", "pull-requests": "write", "id-token": "write" });
    });

    it("hands no secret to pull requests of forks, and tells them so", () => {
      expect(Object.keys(workflow.on)).toEqual(["pull_request"]);
      expect(job.if).toContain("head.repo.full_name == github.repository");
      expect(workflow.jobs["without-secrets"].if).toContain("head.repo.full_name != github.repository");
      expect(JSON.stringify(workflow.jobs["without-secrets"])).not.toContain("secrets.");
    });

    it("pins every action to a version", () => {
      const used = job.steps.flatMap((step: { uses?: string }) => step.uses ?? []);
      for (const action of used) expect(action).toMatch(/@v\d+(\.\d+)*$/);
    });

    it("stores no Azure secret: the runner signs in to each tenant with its identity token", () => {
      const azure = Object.entries<string>(pulumi.env).filter(([name]) => name.includes("_ARM_"));
      for (const [, value] of azure) expect(value).not.toContain("secrets.");
    });
  });
});
