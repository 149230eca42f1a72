/** What an error says that refuses an input; null for a fault of the program itself, whose errors have no such code. */
export function refusalOf(error: unknown): string | null {
  const { code, message } = error as { code?: unknown; message?: unknown };
  // Of what Node itself throws the codes are in capitals.
  return typeof code === 'string' && /^[a-z]/.test(code) ? String(message) : null;
}
