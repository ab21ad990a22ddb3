import { randomUUID } from "node:crypto";
import { ArmError } from "./errors.ts";

/** A long-running operation. */
export interface Operation {
  id: string;
  startTime: string;
  endTime?: string;
  status: "InProgress" | "Succeeded" | "Failed";
  error?: { code: string; message: string };
  /** Settles when the operation ends, well or not. */
  done: Promise<void>;
}

/** Long-running operations of one subscription. */
export class OperationStore {
  readonly #byId = new Map<string, Operation>();

  /** Runs `work` in the background and returns at once. */
  start(work: () => Promise<void>, log: (line: string) => void): Operation {
    const operation: Operation = {
      id: randomUUID(),
      startTime: new Date().toISOString(),
      status: "InProgress",
      done: Promise.resolve(),
    };
    operation.done = this.#run(operation, work, log);
    this.#byId.set(operation.id, operation);
    return operation;
  }

  get(id: string): Operation {
    const operation = this.#byId.get(id.toLowerCase());
    if (operation === undefined) {
      throw new ArmError(404, "OperationNotFound", `The operation '${id}' was not found.`);
    }
    return operation;
  }

  async #run(operation: Operation, work: () => Promise<void>, log: (line: string) => void): Promise<void> {
    try {
      await work();
      operation.status = "Succeeded";
    } catch (error) {
      operation.status = "Failed";
      const message = error instanceof Error ? error.message : String(error);
      operation.error = { code: error instanceof ArmError ? error.code : "InternalOperationError", message };
      log(`arm: operation ${operation.id} failed: ${message}`);
    }
    operation.endTime = new Date().toISOString();
  }
}

/** The body that an Azure-AsyncOperation address answers. */
export function operationJson(operation: Operation): Record<string, unknown> {
  const { id, status, startTime, endTime, error } = operation;
  return { name: id, status, startTime, ...(endTime ? { endTime } : {}), ...(error ? { error } : {}) };
}

/** Retry-After has whole seconds, so a shorter wait becomes one; without a wait the client keeps its own interval. */
export function retryAfter(pollMs: number): Record<string, string> {
  return pollMs > 0 ? { "retry-after": String(Math.ceil(pollMs / 1000)) } : {};
}
