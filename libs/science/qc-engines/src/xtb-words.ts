/** The lines in which xtb says what went wrong, innermost first as it numbers them; else its last line. */
export function ownWords(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const numbered = lines.filter((line) => /^-\d+- /.test(line)).map((line) => line.replace(/^-\d+- /, ''));
  const words = [...new Set(numbered.reverse())];
  return words.length > 0 ? words.join('; ') : (lines.filter(Boolean).at(-1) ?? 'no output');
}
