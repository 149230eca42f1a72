import { elementSymbol } from '@bespoke/molecule';

/** XYZ text of a geometry; 10 decimals. */
export function writeXyz(elements: readonly number[], geometryAngstrom: ArrayLike<number>): string {
  const lines = elements.map((element, i) =>
    [0, 1, 2].reduce(
      (line, axis) => `${line} ${geometryAngstrom[3 * i + axis]!.toFixed(10)}`,
      elementSymbol(element),
    ),
  );
  return `${elements.length}\n\n${lines.join('\n')}\n`;
}

/** Flat coordinates of one frame of XYZ, or null when it is not one of these elements in this order. */
export function readXyz(text: string, elements: readonly number[]): number[] | null {
  const lines = text.trimEnd().split('\n');
  if (Number(lines[0]) !== elements.length || lines.length !== elements.length + 2) return null;
  const geometry: number[] = [];
  for (const [i, element] of elements.entries()) {
    const [symbol, ...coordinates] = lines[i + 2]!.trim().split(/\s+/);
    if (symbol?.toLowerCase() !== elementSymbol(element).toLowerCase()) return null;
    geometry.push(...coordinates.slice(0, 3).map(Number));
  }
  return geometry.length === 3 * elements.length && geometry.every(Number.isFinite) ? geometry : null;
}
