/**
 * The audience of a token that is exchanged at Microsoft Entra ID: one value in every cloud for Kubernetes clusters
 * (azure-workload-identity's default; Microsoft Learn, "Workload identity on AKS"). It is always written out, because
 * a federated credential must have exactly one audience and not every client fills it in.
 */
export const tokenExchangeAudience = "api://AzureADTokenExchange";
