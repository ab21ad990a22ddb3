import { ArmError } from "./errors.ts";

/** AKS's answer to a body without something that it needs. */
export function requiredParameter(property: string): ArmError {
  return new ArmError(
    400,
    "InvalidParameter",
    `Required parameter ${property} is missing (null). Give it in the request's body.`,
  );
}

/** AKS's answer to a value that it does not take. */
export function invalidParameter(parameter: string, problem: string): ArmError {
  return new ArmError(
    400,
    "InvalidParameter",
    `The value of parameter ${parameter} is invalid. Error details: ${problem}`,
  );
}

/** AKS's answer to a change of what a cluster or a pool keeps for life. */
export function propertyChangeNotAllowed(property: string): ArmError {
  return new ArmError(400, "PropertyChangeNotAllowed", `Changing property '${property}' is not allowed.`);
}

/**
 * AKS's answer to a write while another one runs: https://aka.ms/aks-pending-operation. `what` is "operation (Updating)" of
 * the cluster or "agentpool operation (nodepool1 - Creating)".
 */
export function operationInProgress(what: string): ArmError {
  return new ArmError(
    409,
    "OperationNotAllowed",
    `Operation is not allowed: Another ${what} is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details`,
  );
}
