// Of all terms of a kind, those that one parameter was given to.

/** The atoms of some terms, `perTerm` for each. */
export function atomsOf(atoms: Int32Array, perTerm: number, terms: readonly number[]): Int32Array {
  return Int32Array.from(terms.flatMap((term) => [...atoms.subarray(perTerm * term, perTerm * (term + 1))]));
}

/** The values of some terms. */
export function picked(values: Float64Array, terms: readonly number[]): Float64Array {
  return Float64Array.from(terms, (term) => values[term]!);
}
