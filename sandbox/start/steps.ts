/** Prints numbered steps with the time each took. */
export class Steps {
  readonly #total: number;
  readonly #started = performance.now();
  #number = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** Runs one step; a failure is reported with the step's name and thrown on as StepFailure. */
  async run<Result>(title: string, action: () => Promise<Result>): Promise<Result> {
    this.#number += 1;
    const started = performance.now();
    console.log(`\n[${this.#number}/${this.#total}] ${title}`);
    try {
      const result = await action();
      console.log(`  done in ${seconds(started)} s`);
      return result;
    } catch (error) {
      throw new StepFailure(title, error);
    }
  }

  get elapsed(): string {
    return seconds(this.#started);
  }
}

export class StepFailure extends Error {
  readonly step: string;

  constructor(step: string, cause: unknown) {
    super(`${step} failed`, { cause });
    this.step = step;
  }
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
