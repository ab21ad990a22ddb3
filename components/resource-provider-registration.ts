import * as pulumi from "@pulumi/pulumi";
import { cloudOf, type Environment } from "../federation/clouds";

/**
 * Everything below runs in a process of its own, from code that Pulumi keeps as text in the state. So it refers to
 * nothing outside of its functions, and loads what it needs inside of them.
 */
interface RegistrationInputs {
  namespace: string;
  subscriptionId: string;
  /** Resource Manager's address. */
  endpoint: string;
  /** Access token of the deployer in tenant B; lives for about an hour and says nothing about the registration. */
  token: string;
}

/** The code behind {@link ResourceProviderRegistration}. */
export const registration: pulumi.dynamic.ResourceProvider<RegistrationInputs> = {
  async diff(_id, olds, news) {
    const replaces = ["namespace", "subscriptionId"].filter((key) => Reflect.get(olds, key) !== Reflect.get(news, key));
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: false };
  },

  async create({ namespace, subscriptionId, endpoint, token }) {
    const { ResourceManagementClient } = require("@azure/arm-resources") as typeof import("@azure/arm-resources");
    const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 600_000 }) };
    const { providers } = new ResourceManagementClient(credential, subscriptionId, { endpoint });

    // Registering again what is registered changes nothing, but it asks for a right that a reader does not need.
    let state = (await providers.get(namespace)).registrationState;
    if (state !== "Registered") state = (await providers.register(namespace)).registrationState;

    const deadline = Date.now() + 10 * 60_000;
    for (let pause = 500; state !== "Registered"; pause = Math.min(pause * 2, 10_000)) {
      if (Date.now() > deadline) {
        throw new Error(
          `Resource provider ${namespace} is still ${state} in subscription ${subscriptionId} after 10 minutes. Run \`pulumi up\` again, or look with: az provider show --namespace ${namespace}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
      state = (await providers.get(namespace)).registrationState;
    }
    return {
      id: `/subscriptions/${subscriptionId}/providers/${namespace}`,
      outs: { namespace, subscriptionId, endpoint },
    };
  },

  // Others in the subscription may rely on the registration, so it stays.
  async delete() {},
};

export interface ResourceProviderRegistrationArgs {
  readonly namespace: string;
  readonly subscriptionId: string;
  readonly environment: Environment;
  readonly token: pulumi.Input<string>;
}

/**
 * Registers a resource provider in a subscription and waits for it. azure-native has no such resource. Registering is
 * idempotent and never undone.
 */
export class ResourceProviderRegistration extends pulumi.dynamic.Resource {
  declare public readonly namespace: pulumi.Output<string>;
  declare public readonly subscriptionId: pulumi.Output<string>;

  constructor(name: string, args: ResourceProviderRegistrationArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      registration,
      name,
      {
        namespace: args.namespace,
        subscriptionId: args.subscriptionId,
        endpoint: cloudOf(args.environment).resourceManager,
        token: pulumi.secret(args.token),
      },
      // A preview of a destroy then says [retain], and not that something is unregistered.
      { ...opts, retainOnDelete: true },
      "azure",
      "ResourceProviderRegistration",
    );
  }
}
