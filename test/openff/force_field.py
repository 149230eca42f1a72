"""What the OpenFF toolkit and OpenFF Interchange make of a force field.

usage: force_field.py FORCE_FIELD.offxml... < questions.jsonl > answers.jsonl

Each line in is {"mapped_smiles", "bond_orders"?: [[i, j, order]], "charges"?: true, "parameters"?: true};
each line out holds the labels of all sections, and where they were asked for the parameters that Interchange
assigns (kcal/mol, angstrom, degree, e) and the charges that the force field's own sections give.
"""

import json
import sys
import warnings

warnings.filterwarnings("ignore")

from openff.toolkit import ForceField, Molecule, unit  # noqa: E402

KCAL = unit.kilocalorie / unit.mole
SECTIONS = [
    "Bonds",
    "Angles",
    "ProperTorsions",
    "ImproperTorsions",
    "vdW",
    "LibraryCharges",
    "Constraints",
    "ChargeIncrementModel",
]


def labels(force_field, molecule):
    found = force_field.label_molecules(molecule.to_topology())[0]
    return {
        section: [[*atoms, parameter.id or parameter.smirks] for atoms, parameter in found[section].items()]
        for section in SECTIONS
        if section in found
    }


def magnitude(quantity, units):
    return float(quantity.m_as(units)) if hasattr(quantity, "m_as") else float(quantity)


def assigned(interchange, section, units):
    if section not in interchange.collections:
        return []
    collection = interchange[section]
    terms = []
    for key, potential_key in collection.key_map.items():
        parameters = collection.potentials[potential_key].parameters
        terms.append(
            [list(key.atom_indices), *(magnitude(parameters[name], unit) for name, unit in units.items())]
        )
    return terms


def parameters(interchange):
    torsion = {"periodicity": "dimensionless", "phase": "degree", "k": KCAL, "idivf": "dimensionless"}
    return {
        "bonds": assigned(interchange, "Bonds", {"k": KCAL / unit.angstrom**2, "length": "angstrom"}),
        "angles": assigned(interchange, "Angles", {"k": KCAL / unit.radian**2, "angle": "degree"}),
        "propers": assigned(interchange, "ProperTorsions", torsion),
        "impropers": assigned(interchange, "ImproperTorsions", torsion),
        "vdw": assigned(interchange, "vdW", {"epsilon": KCAL, "sigma": "angstrom"}),
        "constraints": assigned(interchange, "Constraints", {"distance": "angstrom"}),
        "scale14": [interchange["vdW"].scale_14, interchange["Electrostatics"].scale_14],
    }


def answer(force_field, question):
    molecule = Molecule.from_mapped_smiles(question["mapped_smiles"], allow_undefined_stereo=True)
    for i, j, order in question.get("bond_orders", []):
        molecule.get_bond_between(i, j).fractional_bond_order = order
    result = {"labels": labels(force_field, molecule)}
    if question.get("parameters") or question.get("charges"):
        preset = Molecule(molecule)
        preset.partial_charges = [0.0] * molecule.n_atoms * unit.elementary_charge
        interchange = force_field.create_interchange(
            molecule.to_topology(),
            charge_from_molecules=None if question.get("charges") else [preset],
            partial_bond_orders_from_molecules=[molecule],
            allow_nonintegral_charges=True,
        )
        if question.get("parameters"):
            result["parameters"] = parameters(interchange)
        if question.get("charges"):
            charges = interchange["Electrostatics"].charges
            by_atom = {key.atom_indices[0]: magnitude(q, "elementary_charge") for key, q in charges.items()}
            result["charges"] = [by_atom[atom] for atom in range(molecule.n_atoms)]
    return result


def main(paths):
    force_field = ForceField(*paths, allow_cosmetic_attributes=True)
    for line in sys.stdin:
        try:
            result = answer(force_field, json.loads(line))
        except Exception as error:  # what the toolkit refuses is part of what it says
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
