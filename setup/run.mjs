#!/usr/bin/env node
// npm start, npm test and the other scripts come here first:
//   node setup/run.mjs [--no-tools] [-- command arguments…]
// It makes sure that the dependencies and the sandbox's tools are there, then runs the command. This file must parse on
// any Node, because it is what tells the user of an old one.
const minimumNode = 20;

if (Number(process.versions.node.split(".")[0]) < minimumNode) {
  console.error(
    `Node.js ${minimumNode} or newer is needed, but this is ${process.versions.node} (${process.execPath}).\n` +
      "Install a newer one (https://nodejs.org) and run the same command again.",
  );
  process.exit(1);
} else {
  import("./main.mjs").then(({ main }) => main(process.argv.slice(2)));
}
