// One jest project per kind of test, so that each can be run alone: npm run test:unit, test:sandbox, test:engine.
const esmOnly = [
  "@azure",
  "@kubernetes",
  "jose",
  "@typespec",
  "@peculiar",
  "openid-client",
  "oauth4webapi",
  "undici",
  "socks-proxy-agent",
  "agent-base",
];

const base = {
  testEnvironment: "node",
  extensionsToTreatAsEsm: [],
  moduleFileExtensions: ["ts", "mjs", "js", "json", "node"],
  transform: {
    "^.+\\.(m?js|ts)$": [
      "@swc/jest",
      { jsc: { target: "es2022", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join("|")})/)`],
};

module.exports = {
  projects: ["unit", "property", "sandbox", "engine"].map((kind) => ({
    ...base,
    displayName: kind,
    testMatch: [`<rootDir>/tests/${kind}/**/*.test.ts`],
  })),
};
