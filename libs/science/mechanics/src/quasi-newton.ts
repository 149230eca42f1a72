/** How many steps are remembered. */
const MEMORY = 12;

/** What the last steps of a minimisation have told about the curvature that an older Hessian does not know. */
export interface CurvatureMemory {
  forget(): void;
  /** Keeps a step and the change of the gradient that came with it, unless they show no positive curvature. */
  learn(step: Float64Array, change: Float64Array): void;
  /** Multiplies a vector in place by the inverse Hessian, given what does so with the older one's inverse. */
  solve(vector: Float64Array, solveOlder: (vector: Float64Array) => void): void;
}

/** Limited-memory BFGS: Nocedal and Wright, Numerical Optimization, algorithm 7.4. */
export function curvatureMemory(size: number): CurvatureMemory {
  const steps = Array.from({ length: MEMORY }, () => new Float64Array(size));
  const changes = Array.from({ length: MEMORY }, () => new Float64Array(size));
  const products = new Float64Array(MEMORY);
  const shares = new Float64Array(MEMORY);
  let remembered = 0;
  let next = 0;
  const slot = (back: number): number => (next - back + MEMORY) % MEMORY;

  return {
    forget: () => (remembered = 0),
    learn: (step, change) => {
      const product = dot(step, change);
      if (!(product > 1e-10 * Math.sqrt(dot(step, step) * dot(change, change)))) return;
      steps[next]!.set(step);
      changes[next]!.set(change);
      products[next] = product;
      next = (next + 1) % MEMORY;
      remembered = Math.min(MEMORY, remembered + 1);
    },
    solve: (vector, solveOlder) => {
      for (let back = 1; back <= remembered; back++) {
        const m = slot(back);
        shares[m] = dot(steps[m]!, vector) / products[m]!;
        addScaled(vector, -shares[m], changes[m]!);
      }
      solveOlder(vector);
      for (let back = remembered; back >= 1; back--) {
        const m = slot(back);
        addScaled(vector, shares[m]! - dot(changes[m]!, vector) / products[m]!, steps[m]!);
      }
    },
  };
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let c = 0; c < a.length; c++) sum += a[c]! * b[c]!;
  return sum;
}

function addScaled(a: Float64Array, scale: number, b: Float64Array): void {
  for (let c = 0; c < a.length; c++) a[c]! += scale * b[c]!;
}
