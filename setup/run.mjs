#!/usr/bin/env node
// npm start, npm test and the other scripts come here first:
//   node setup/run.mjs [--no-tools] [-- command arguments…]
// It makes sure that the dependencies and the sandbox's tools are there, then runs the command. This file must parse on
// any Node, because it is what tells the user of an old one.
import { nodeProblem } from "./node-version.mjs";

const problem = nodeProblem(process.versions.node, process.execPath);
if (problem) {
  console.error(problem);
  process.exit(1);
} else {
  import("./main.mjs").then(({ main }) => main(process.argv.slice(2)));
}
