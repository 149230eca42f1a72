/** Runs what concerns the same id one after the other, and different ids side by side. */
export class ByTurns {
  private readonly last = new Map<string, Promise<unknown>>();

  run<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(id) ?? Promise.resolve();
    const result = before.then(work, work);
    this.last.set(id, result);
    const forget = (): void => {
      if (this.last.get(id) === result) this.last.delete(id);
    };
    result.then(forget, forget);
    return result;
  }
}
