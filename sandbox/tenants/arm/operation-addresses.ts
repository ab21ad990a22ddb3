import type { Router } from "express";
import type { World } from "../tenant.ts";
import { type ArmAnswer, type ArmCall, operation } from "./call.ts";
import { ArmError } from "./errors.ts";
import { type Operation, operationJson, retryAfter } from "./operations.ts";
import { fullType, type KnownType } from "./resource-types.ts";

/** Where a provider tells how its long-running operations do. */
export interface OperationAddresses {
  /** Headers of the answer that began the operation; a client may follow either address. */
  headers(call: ArmCall, operation: Operation, location: string): Record<string, string>;
  /** What the operation answers in the end instead of nothing, such as credentials. */
  keepResult(operation: Operation, result: () => Record<string, unknown>): void;
}

/**
 * Serves a provider's addresses of operations, as the guideline for asynchronous operations has them: one with the state
 * (always 200), one with the result (202 until it is there).
 * Source: learn.microsoft.com/azure/azure-resource-manager/management/async-operations
 * @param prefix path before `/providers`: a subscription, or nothing where a provider answers for the whole tenant
 */
export function serveOperationAddresses(
  router: Router,
  world: World,
  type: KnownType,
  prefix: "/subscriptions/:subscriptionId" | "",
): OperationAddresses {
  const results = new WeakMap<Operation, () => Record<string, unknown>>();
  const subscription = (call: ArmCall) => `/subscriptions/${call.tenant.spec.subscriptionId}`;
  const requirement = { action: `${fullType(type)}/read`, versions: type, scope: subscription };
  const root = (location: string) => `/providers/${type.namespace}/locations/${location}`;
  const child = type.type.split("/").at(-1);
  const find = (call: ArmCall) => call.tenant.operations.get(call.param("operation"));
  operation(router, world, "get", `${prefix}${root(":location")}/${child}/:operation`, requirement, (call) => ({
    status: 200,
    body: { id: call.path, ...operationJson(find(call)) },
    headers: retryAfter(world.operationPollMs),
  }));
  operation(
    router,
    world,
    "get",
    `${prefix}${root(":location")}/operationResults/:operation`,
    requirement,
    (call): ArmAnswer => {
      const found = find(call);
      if (found.status === "InProgress") {
        const location = `${call.base}${call.path}?api-version=${call.apiVersion}`;
        return { status: 202, headers: { location, ...retryAfter(world.operationPollMs) } };
      }
      if (found.error !== undefined) throw new ArmError(409, found.error.code, found.error.message);
      const result = results.get(found);
      return result === undefined ? { status: 204 } : { status: 200, body: { ...result() } };
    },
  );
  return {
    headers: (call, { id }, location) => {
      const base = `${call.base}${prefix === "" ? "" : subscription(call)}${root(location)}`;
      return {
        "azure-asyncoperation": `${base}/${child}/${id}?api-version=${call.apiVersion}`,
        location: `${base}/operationResults/${id}?api-version=${call.apiVersion}`,
        ...retryAfter(world.operationPollMs),
      };
    },
    keepResult: (found, result) => {
      results.set(found, result);
    },
  };
}
