/** The application that AKS's API servers are in every tenant and every cloud (learn.microsoft.com/azure/aks/kubelogin-authentication). */
export const aksServerApplication = "6dae42f8-4368-4678-94ff-3960e28e3630";

/** The public client with which users sign in to it. */
export const aksClientApplication = "80faf920-1908-4b52-b5ef-a8e7bedfc67a";

/** Object id of the one group of each simulated tenant: its deployer is in it, for clusters that ask for such a group. */
export const deployerGroups: ReadonlyMap<string, string> = new Map([
  ["tenantA", "aaaaaaaa-2222-4222-8222-22222222222a"],
  ["tenantB", "bbbbbbbb-2222-4222-8222-22222222222b"],
]);
