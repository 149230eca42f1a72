/** Decides whether there is room for one more delivery. */
export interface Admission<S> {
  fits(source: S): boolean;
  /** @returns gives back what was taken; null if there was no room. */
  take(source: S): (() => void) | null;
}

export interface Resources {
  cores: number;
  memoryBytes: number;
}

/** Room for what the resources hold together, each source's deliveries holding a fixed part. */
export function resourceAdmission<S>(total: Resources, needOf: (source: S) => Resources): Admission<S> {
  const free = { ...total };
  const fits = (source: S): boolean => {
    const need = needOf(source);
    return need.cores <= free.cores && need.memoryBytes <= free.memoryBytes;
  };
  return {
    fits,
    take(source) {
      if (!fits(source)) return null;
      const need = needOf(source);
      free.cores -= need.cores;
      free.memoryBytes -= need.memoryBytes;
      return () => {
        free.cores += need.cores;
        free.memoryBytes += need.memoryBytes;
      };
    },
  };
}

/** Room for so many deliveries, whatever they are. */
export function slotAdmission(slots: number): Admission<unknown> {
  return resourceAdmission({ cores: slots, memoryBytes: 0 }, () => ({ cores: 1, memoryBytes: 0 }));
}
