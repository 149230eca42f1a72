/** What has the libraries that a program computes with (OpenMP, OpenBLAS, MKL) use so many threads and no more. */
export function threadLimits(threads: number): Record<string, string> {
  const limit = String(threads);
  return { OMP_NUM_THREADS: limit, OPENBLAS_NUM_THREADS: limit, MKL_NUM_THREADS: limit };
}
