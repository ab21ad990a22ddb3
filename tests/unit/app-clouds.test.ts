import { CLOUDS, readCloud } from "../../app/clouds.ts";
import { namesOf } from "../../sandbox/tenants/azure-clouds.ts";

describe("the cloud of the workload", () => {
  it.each([
    [{}, "AzurePublicCloud"],
    [{ AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com/" }, "AzurePublicCloud"],
    [{ AZURE_AUTHORITY_HOST: "https://login.microsoftonline.us/" }, "AzureUSGovernmentCloud"],
    [{ AZURE_AUTHORITY_HOST: "https://login.microsoftonline.us" }, "AzureUSGovernmentCloud"],
    [{ AZURE_AUTHORITY_HOST: "https://login.chinacloudapi.cn/" }, "AzureChinaCloud"],
    [{ AZURE_AUTHORITY_HOST: "https://login.partner.microsoftonline.cn/" }, "AzureChinaCloud"],
    [{ AZURE_ENVIRONMENT: "AzureUSGovernmentCloud" }, "AzureUSGovernmentCloud"],
    [{ AZURE_ENVIRONMENT: "AzureUSGovernment" }, "AzureUSGovernmentCloud"],
    [{ AZURE_ENVIRONMENT: "AZURECHINACLOUD" }, "AzureChinaCloud"],
    [{ AZURE_ENVIRONMENT: "AzureCloud" }, "AzurePublicCloud"],
    [{ AZURE_ENVIRONMENT: " ", AZURE_AUTHORITY_HOST: " " }, "AzurePublicCloud"],
  ])("of %j is %s", (env, name) => {
    const { cloud, problems } = readCloud(env);
    expect(problems).toEqual([]);
    expect(cloud.name).toBe(name);
  });

  it.each([
    [{ AZURE_AUTHORITY_HOST: "https://login.example.org/" }, "AZURE_AUTHORITY_HOST", "the authority of no cloud"],
    [
      { AZURE_AUTHORITY_HOST: "http://login.microsoftonline.com/" },
      "AZURE_AUTHORITY_HOST",
      "the authority of no cloud",
    ],
    [{ AZURE_AUTHORITY_HOST: "login.microsoftonline.us" }, "AZURE_AUTHORITY_HOST", "the authority of no cloud"],
    [{ AZURE_ENVIRONMENT: "mars" }, "AZURE_ENVIRONMENT", "no cloud that this program knows"],
    [
      { AZURE_ENVIRONMENT: "AzurePublicCloud", AZURE_AUTHORITY_HOST: "https://login.microsoftonline.us/" },
      "AZURE_ENVIRONMENT",
      "the authority of AzureUSGovernmentCloud",
    ],
  ])("is not guessed from %j", (env, name, text) => {
    const { problems } = readCloud(env);
    expect(problems).toMatchObject([{ name, problem: expect.stringContaining(text) }]);
    expect(problems[0]?.advice).not.toBe("");
  });

  it("is where the sandbox, which has a table of its own, has it too", () => {
    const simulated = (["public", "usgovernment", "china"] as const).map(namesOf);
    expect(CLOUDS.map(({ authority }) => authority)).toEqual(simulated.map(({ login }) => `https://${login[0]}`));
    expect(CLOUDS.map((cloud) => cloud.resourceManager)).toEqual(
      simulated.map(({ resourceManager }) => `https://${resourceManager}`),
    );
  });
});
