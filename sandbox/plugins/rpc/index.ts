export * from "./engine-log.ts";
export * from "./object-diff.ts";
export * from "./property-path.ts";
export * from "./provider.ts";
export * from "./serve.ts";
export * from "./struct.ts";
export * from "./values.ts";
