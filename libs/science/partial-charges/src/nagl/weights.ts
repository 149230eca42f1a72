import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Where `scripts/export-nagl.py` writes; each file names its source and licence. */
const DATA = join(__dirname, '..', '..', 'data');

/** The file of the model by which force fields name it. */
export const NAGL_MODEL_FILE = 'openff-gnn-am1bcc-1.0.0.pt';

const PLANES = 3;

/** One matrix or two side by side (of a convolution: for the atom itself, for the mean of its neighbours). */
export interface DenseLayer {
  readonly inputs: number;
  /** Of all matrices together. */
  readonly outputs: number;
  /** Weights from input k to output j at [k * outputs + j]. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

export interface NaglWeights {
  readonly convolutions: readonly DenseLayer[];
  readonly hidden: DenseLayer;
  readonly readout: DenseLayer;
}

interface Header {
  /** [outputs, inputs] of each matrix of each layer. */
  layers: [number, number][][];
  bits: number;
}

let loaded: NaglWeights | undefined;

/** The weights, read from their file at the first call (some 0.1 s); `scripts/export-nagl.py` describes the format. */
export function naglWeights(): NaglWeights {
  loaded ??= readWeights(gunzipSync(readNaglFile('weights.gz')));
  return loaded;
}

export function readNaglFile(extension: string): Buffer {
  return readFileSync(join(DATA, `${NAGL_MODEL_FILE.replace(/pt$/, extension)}`));
}

function readWeights(content: Buffer): NaglWeights {
  const lineEnd = content.indexOf('\n');
  const { layers: shapes, bits } = JSON.parse(content.toString('utf8', 0, lineEnd)) as Header;
  const matrices = shapes.flat();
  const rows = matrices.reduce((sum, [outputs]) => sum + outputs, 0);
  const entries = matrices.reduce((sum, [outputs, inputs]) => sum + outputs * inputs, 0);
  const biases = shapes.reduce((sum, layer) => sum + (layer[0]?.[0] ?? 0), 0);

  let place = lineEnd + 1;
  const floats = (count: number): Float32Array => {
    const values = Float32Array.from({ length: count }, (_, i) => content.readFloatLE(place + 4 * i));
    place += 4 * count;
    return values;
  };
  const scales = floats(rows);
  const bias = floats(biases);
  if (content.length !== place + PLANES * entries)
    throw new Error('The file of the NAGL weights is damaged: make it again with scripts/export-nagl.py.');

  const zero = 2 ** (bits - 1);
  let [row, biasStart] = [0, 0];
  const layers = shapes.map((layer): DenseLayer => {
    const [height, inputs] = layer[0] ?? [0, 0];
    const outputs = height * layer.length;
    const weights = new Float32Array(inputs * outputs);
    for (let output = 0; output < outputs; output++) {
      const scale = scales[row++] ?? 0;
      for (let input = 0; input < inputs; input++, place++) {
        const level =
          (content[place] ?? 0) +
          256 * (content[place + entries] ?? 0) +
          65_536 * (content[place + 2 * entries] ?? 0);
        weights[input * outputs + output] = (level - zero) * scale;
      }
    }
    return { inputs, outputs, weights, bias: bias.subarray(biasStart, (biasStart += height)) };
  });
  const [readout, hidden] = [layers.at(-1), layers.at(-2)];
  if (readout === undefined || hidden === undefined) throw new Error('The NAGL weights have no layers.');
  return { convolutions: layers.slice(0, -2), hidden, readout };
}
