"""Torsions that RDKit finds by SMARTS, in molecules with MDL's aromaticity, as the OpenFF toolkit matches SMIRKS.

Lines of JSON in, {"mapped_smiles", "smirks": [...]}; lines out, for each pattern the torsions as lists of atoms from 0,
each from the end with the lower index, sorted.
"""

import json
import sys

from rdkit import Chem

READER = Chem.SmilesParserParams()
READER.removeHs = False
READER.sanitize = False
MAX_HITS = 1_000_000


def molecule_of(mapped_smiles):
    molecule = Chem.MolFromSmiles(mapped_smiles, READER)
    Chem.SanitizeMol(
        molecule,
        Chem.SANITIZE_ALL ^ Chem.SANITIZE_ADJUSTHS ^ Chem.SANITIZE_SETAROMATICITY,
    )
    Chem.SetAromaticity(molecule, Chem.AromaticityModel.AROMATICITY_MDL)
    Chem.AssignStereochemistry(molecule, cleanIt=False)
    numbers = [atom.GetAtomMapNum() for atom in molecule.GetAtoms()]
    for atom in molecule.GetAtoms():
        atom.SetAtomMapNum(0)
    return molecule, numbers


def hits(molecule, numbers, smirks):
    query = Chem.MolFromSmarts(smirks)
    tagged = sorted((atom.GetAtomMapNum(), atom.GetIdx()) for atom in query.GetAtoms() if atom.GetAtomMapNum())
    found = set()
    for match in molecule.GetSubstructMatches(query, uniquify=False, useChirality=True, maxMatches=MAX_HITS):
        torsion = tuple(numbers[match[index]] - 1 for _, index in tagged)
        found.add(min(torsion, torsion[::-1]))
    return sorted(found)


for line in sys.stdin:
    question = json.loads(line)
    molecule, numbers = molecule_of(question["mapped_smiles"])
    print(json.dumps([hits(molecule, numbers, smirks) for smirks in question["smirks"]]))
