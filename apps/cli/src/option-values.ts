import { InvalidArgumentError } from 'commander';

// How the values of options are read.

export function collect(value: string, before: string[] = []): string[] {
  return [...before, value];
}

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most)
      throw new InvalidArgumentError(
        `It is to be a whole number${most < 1e6 ? ` from ${least} to ${most}` : ` of at least ${least}`}.`,
      );
    return number;
  };
}

export function positiveNumber(unit: string): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!(number > 0 && Number.isFinite(number)))
      throw new InvalidArgumentError(`It is to be a number of ${unit} above 0.`);
    return number;
  };
}
