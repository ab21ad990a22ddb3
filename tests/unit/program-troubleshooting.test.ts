import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

/** The source of everything that prints something, as one text. */
const code = ["app", "cluster-probe", "components", "config", "federation", "plan", "sandbox"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
      .map((file) => readFileSync(join(root, folder, file), "utf8")),
  )
  .join("\n");

const headings = readFileSync(join(root, "docs", "troubleshooting.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("### "));
const quoted = headings.flatMap((heading) => [...heading.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text));

function isCode(text: string): boolean {
  return /^AADSTS\d{5,7}$/.test(text) || /^([A-Z][a-z]+){2,}$/.test(text);
}

/** Whether a text stands in the code, with a value of a template literal at each ellipsis between its parts. */
function isPrinted(text: string): boolean {
  const parts = text
    .split("…")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(parts.join("\\s*\\$\\{[^\\n]*?\\}\\s*")).test(code);
}

it("the page about troubleshooting quotes texts at all", () => {
  expect(quoted.length).toBeGreaterThan(25);
});

it.each([...new Set(quoted)])("the heading `%s` is a text that is printed, or a code of Azure or Entra ID", (text) => {
  expect(isCode(text) || isPrinted(text)).toBe(true);
});

it("a text that nobody prints would be found", () => {
  expect(isPrinted("Cannot sign in in …")).toBe(false);
  expect(isPrinted("Tenant A and tenant C disagree")).toBe(false);
});

it("every refusal before the first resource says so in the same words", () => {
  expect(code).not.toContain("Nothing was deployed");
  expect(code.match(/Nothing in Azure or Kubernetes was changed/g)?.length).toBeGreaterThan(30);
});
