"""Writes the NAGL model's weights and its table of small molecules into data/, in the form that src/nagl reads.

    pip download --no-deps openff-nagl-models==2025.9.0
    python3 scripts/export-nagl.py openff_nagl_models-2025.9.0-py3-none-any.whl

Needs nothing but Python. The wheel is a zip; the model in it is a zip of pickled tensors as torch saves them.

<name>.weights.gz (gzip):
  one line of JSON that ends in a line feed: what this is, `layers` (per dense layer its matrices as
  [outputs, inputs], in the order self, neighbours), `bits`
  then, little endian, all layers one after the other:
    float32 scales      one for each row of each matrix
    float32 biases      one for each output of each layer
    three planes of bytes (low, middle, high) of the entries of all matrices, row by row:
      weight = (low + 256 middle + 65536 high - 2^(bits - 1)) * scale of its row
  Trained weights look like noise: 21 bits a weight change no charge by more than about 3e-6 e, and byte planes let gzip
  shorten the high one.

<name>.small-molecules.tsv.gz (gzip): comment lines (#), then one molecule a line: InChI with fixed hydrogens, a tab,
  charges in e, one for each class of connectivity, blank-separated. Classes are those of `connectivity_classes`
  below: bond orders and formal charges do not count. The table's values for equivalent atoms differ by rounding (up to
  5e-5 e, the two carbons of dimethyl ether 4e-5 e) and are averaged. In some 270 species that hardly exist (P3H2+ rings,
  the halonium form of CHCl2+) they differ by more, because the source's program broke their symmetry.
"""

import gzip
import io
import json
import pickle
import re
import struct
import sys
import zipfile
from array import array
from collections import OrderedDict
from pathlib import Path

NAME = "openff-gnn-am1bcc-1.0.0"
BITS = 21
SOURCE = "PyPI package openff-nagl-models 2025.9.0, openff/nagl_models/models/am1bcc/" + NAME + ".pt"
LICENCE = "Creative Commons Attribution 4.0 International (CC BY 4.0), Open Force Field Initiative"


class Opaque(dict):
    """Stands in for every class of the pickle that is not needed; keeps the state it is given."""

    def __init__(self, *args):
        super().__init__()
        self.args = args

    def __setstate__(self, state):
        self.state = state


def scalar(_dtype, raw):
    return struct.unpack("<d", raw)[0]


def encode(text, encoding):
    return text.encode(encoding)


class Reader(pickle.Unpickler):
    """Reads the tensors as arrays without torch, and runs nothing that the file names."""

    def __init__(self, archive, root):
        super().__init__(io.BytesIO(archive.read(f"{root}/data.pkl")))
        self.archive, self.root = archive, root

    def find_class(self, module, name):
        if name == "OrderedDict":
            return OrderedDict
        if name == "_rebuild_tensor_v2":
            return lambda storage, offset, size, stride, *_: (storage, size)
        if (module, name) == ("_codecs", "encode"):
            return encode
        if name == "scalar":
            return scalar
        if name == "set":
            return set
        return type(name, (Opaque,), {})

    def persistent_load(self, pid):
        key, count = pid[2], pid[4]
        floats = array("f", self.archive.read(f"{self.root}/data/{key}"))
        assert len(floats) == count
        return floats


def read_model(wheel):
    with zipfile.ZipFile(wheel) as outer:
        path = next(n for n in outer.namelist() if n.endswith(f"models/am1bcc/{NAME}.pt"))
        with zipfile.ZipFile(io.BytesIO(outer.read(path))) as archive:
            root = archive.namelist()[0].split("/")[0]
            return Reader(archive, root).load()


def write_weights(tensors, path):
    convolution = "convolution_module.gcn_layers.{}.fc_{}"
    readout = "readout_modules.am1bcc_charges.readout_layers.{}"
    layers = [
        ([convolution.format(i, "self.weight"), convolution.format(i, "neigh.weight")], convolution.format(i, "self.bias"))
        for i in range(6)
    ] + [([readout.format(i) + ".weight"], readout.format(i) + ".bias") for i in (0, 3)]
    assert len(tensors) == sum(len(matrices) + 1 for matrices, _ in layers)

    offset = 1 << (BITS - 1)
    scales, biases = array("f"), array("f")
    planes = [bytearray(), bytearray(), bytearray()]
    shapes = []
    for matrices, bias in layers:
        biases.extend(tensors[bias][0])
        shapes.append([list(tensors[name][1]) for name in matrices])
        for name in matrices:
            values, (rows, columns) = tensors[name]
            for row in range(rows):
                entries = values[row * columns : (row + 1) * columns]
                largest = max(abs(x) for x in entries) or 1.0
                # The scale is stored in single precision: a little above the exact one, so that no entry overflows.
                scale = array("f", [largest / (offset - 1) * (1 + 2**-22)])[0]
                scales.append(scale)
                for x in entries:
                    n = round(x / scale) + offset
                    assert 0 < n < 2 * offset
                    planes[0].append(n & 255)
                    planes[1].append(n >> 8 & 255)
                    planes[2].append(n >> 16)
    header = {
        "model": NAME, "source": SOURCE, "licence": LICENCE,
        "changes": f"weights rounded to {BITS} bits", "layers": shapes, "bits": BITS,
    }  # fmt: skip
    if sys.byteorder == "big":
        scales.byteswap()
        biases.byteswap()
    content = json.dumps(header).encode() + b"\n" + scales.tobytes() + biases.tobytes() + b"".join(planes)
    path.write_bytes(gzip.compress(content, 9, mtime=0))


def connectivity_classes(elements, bonds):
    """Class of each atom by element and, round for round, by the sorted classes of its neighbours."""
    neighbours = [[] for _ in elements]
    for i, j in bonds:
        neighbours[i].append(j)
        neighbours[j].append(i)
    ranks = {key: rank for rank, key in enumerate(sorted(set(elements)))}
    classes = [ranks[element] for element in elements]
    for _ in elements:
        keys = [(own, *sorted(classes[n] for n in neighbours[atom])) for atom, own in enumerate(classes)]
        ranks = {key: rank for rank, key in enumerate(sorted(set(keys)))}
        classes = [ranks[key] for key in keys]
    return classes


NUMBERS = {"H": 1, "C": 6, "N": 7, "O": 8, "F": 9, "P": 15, "S": 16, "Cl": 17, "Br": 35, "I": 53}


def graph_of(mapped_smiles):
    """Elements by map number and bonds; these SMILES have no aromatic atoms and one-digit ring closures."""
    elements, bonds, branches, closures = {}, [], [], {}
    last = None
    for symbol, number, closure, bracket in re.findall(
        r"\[\d*([A-Z][a-z]?)(?:[-+]\d*)?:(\d+)\]|(\d)|([()])", mapped_smiles
    ):
        if symbol:
            atom = int(number) - 1
            elements[atom] = NUMBERS[symbol]
            if last is not None:
                bonds.append((last, atom))
            last = atom
        elif closure:
            if closure in closures:
                bonds.append((closures.pop(closure), last))
            else:
                closures[closure] = last
        elif bracket == "(":
            branches.append(last)
        else:
            last = branches.pop()
    assert not closures and not branches
    return [elements[i] for i in range(len(elements))], bonds


def write_small_molecules(table, path):
    lines = [
        f"# Charges of small molecules that belong to the model {NAME}",
        f"# Source: {SOURCE}",
        f"# Licence: {LICENCE}. Rearranged: the mean of each class of equivalent atoms, rounded to 1e-6 e.",
    ]
    for entry in table.values():
        fields = entry.state["__dict__"]
        elements, bonds = graph_of(fields["mapped_smiles"])
        classes = connectivity_classes(elements, bonds)
        charges = []
        for rank in range(max(classes) + 1):
            same = [q for q, c in zip(fields["property_value"], classes) if c == rank]
            charges.append(f"{sum(same) / len(same):.6f}".rstrip("0").rstrip("."))
        lines.append(f"{fields['inchi']}\t{' '.join(charges)}")
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode(), 9, mtime=0))


if __name__ == "__main__":
    model = read_model(sys.argv[1])
    data = Path(__file__).parent.parent / "data"
    data.mkdir(exist_ok=True)
    write_weights(model["state_dict"], data / f"{NAME}.weights.gz")
    table = model["hyperparameters"]["lookup_tables"]["am1bcc_charges"]
    write_small_molecules(table["properties"], data / f"{NAME}.small-molecules.tsv.gz")
