import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withReference } from "./reference";

// Run by `npm run docs`: puts the table of the config's keys into README.md.
const readme = join(__dirname, "..", "README.md");
writeFileSync(readme, withReference(readFileSync(readme, "utf8")));
