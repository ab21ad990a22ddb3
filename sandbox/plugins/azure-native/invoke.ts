import type { CheckFailure } from "../rpc/provider.ts";
import { containsUnknown, type PropertyMap, stringOf, UNKNOWN } from "../rpc/values.ts";
import type { ArmClient } from "./arm-client.ts";
import { clientConfig } from "./client-config.ts";
import { resourceId } from "./resource-id.ts";
import type { ProviderSettings } from "./settings.ts";
import { type FunctionSpec, functionSpec } from "./table/index.ts";
import { outputsOf, previewOutputs } from "./wire.ts";

/** Runs a function. Its results are not marked secret, as the real provider's are not: that is the program's duty. */
export async function invokeFunction(
  token: string,
  args: PropertyMap,
  arm: ArmClient,
  settings: ProviderSettings,
): Promise<{ outputs?: PropertyMap; failures?: CheckFailure[] }> {
  if (token === "azure-native:authorization:getClientConfig") return { outputs: await clientConfig(arm, settings) };
  if (token === "azure-native:authorization:getClientToken") {
    return { outputs: { token: (await arm.token(stringOf(args.endpoint))).token } };
  }
  const spec = functionSpec(token);
  if (containsUnknown(args)) return { outputs: { ...previewOutputs(spec, {}), id: UNKNOWN } };
  const failures = missingArguments(spec, args);
  if (failures.length > 0) return { failures };

  const id = resourceId(spec.path, spec.pathParameters, args, settings.subscriptionId);
  const given = spec.query?.includes("apiVersion") ? stringOf(args.apiVersion) : undefined;
  const response =
    spec.method === "GET" ? await arm.get(id, given ?? spec.apiVersion) : await arm.post(id, queryOf(spec, args));
  const outputs = outputsOf(spec, response);
  if (spec.getter === true) outputs.azureApiVersion = spec.apiVersion;
  return { outputs };
}

function missingArguments(spec: FunctionSpec, args: PropertyMap): CheckFailure[] {
  return Object.keys(spec.pathParameters)
    .filter((name) => args[name] === undefined)
    .map((property) => ({ property, reason: `missing required property '${property}'` }));
}

function queryOf(spec: FunctionSpec, args: PropertyMap): Record<string, string> {
  const query: Record<string, string> = { "api-version": spec.apiVersion };
  for (const name of spec.query ?? []) {
    const value = stringOf(args[name]);
    if (value !== undefined) query[name === "serverFqdn" ? "server-fqdn" : name] = value;
  }
  return query;
}
