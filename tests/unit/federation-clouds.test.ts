import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cloudOf, environments } from "../../federation/clouds";
import { namesOf } from "../../sandbox/tenants/azure-clouds.ts";

const root = join(__dirname, "..", "..");

describe.each(environments)("the cloud %s", (environment) => {
  const cloud = cloudOf(environment);
  const simulated = namesOf(environment);

  it("is where the sandbox, which has a table of its own, has it too", () => {
    expect(cloud.authority).toBe(`https://${simulated.login[0]}/`);
    expect(cloud.resourceManager).toBe(`https://${simulated.resourceManager}`);
    expect(simulated.audiences).toContain(cloud.resourceManager);
    expect(cloud.domain).toBe(simulated.domain);
    expect(cloud.cliName).toBe(simulated.name);
  });
});

it("one file of the program says where a cloud signs in and where its Resource Manager is", () => {
  const hosts =
    /login\.(microsoftonline|chinacloudapi)|management\.(azure|usgovcloudapi|chinacloudapi)\.|portal\.azure\./;
  const files = ["cluster-probe", "components", "config", "federation", "plan"]
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith(".ts"))
    .filter((file) => hosts.test(readFileSync(join(root, file), "utf8")));
  expect(files).toEqual([join("federation", "clouds.ts")]);
});
