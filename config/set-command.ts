import { getStack } from "@pulumi/pulumi";

/** The command that puts a value into the config of this stack, to be shown in an error. */
export function setCommand(path: string, value: string): string {
  return `pulumi config set --stack ${getStack()} --path ${path} ${value}`;
}
