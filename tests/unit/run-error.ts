import { RunError } from "@pulumi/pulumi";

/** The text with which an action refuses; whatever else it throws is a fault of the test. */
export function failure(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof RunError) return error.message;
    throw error;
  }
  throw new Error("It did not fail.");
}
