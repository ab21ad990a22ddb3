/**
 * The audience of a token that is exchanged at Microsoft Entra ID: for Kubernetes clusters one value in every cloud
 * (`DefaultAudience` of azure-workload-identity, which the managed webhooks of AKS and Arc use as it is; Microsoft Learn,
 * "Workload identity on AKS"). `api://AzureADTokenExchangeUSGov` and `…China` belong to other federations: an application
 * that trusts a managed identity, and the sign-in of a CI system (Azure/login#452).
 *
 * It is always written out, because a federated credential must have exactly one audience and not every client fills it in.
 */
export const tokenExchangeAudience = "api://AzureADTokenExchange";
