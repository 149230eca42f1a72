"""What the OpenFF toolkit, RDKit and OpenMM say about molecules.

Reads JSON lines from standard input and answers each with one on standard output:

in   {"smiles", "mapped_smiles", "labels": [force field files], "energies": null | {"force_field", "seed",
      "geometries", "displacement_angstrom"}}
out  {"read": null | why the toolkit refuses the SMILES, "same": whether smiles and mapped_smiles are the same
      molecule, "aromatic_atoms", "aromatic_bonds", "stereo_atoms", "stereo_bonds",
      "labels": [{section: [[atoms..., parameter id], ...]}, ...] in the order of the force fields,
      "energies": null | {"error"} | {"charges_e", "geometries_angstrom", "energies_kcal_mol": [{term: value}],
      "forces_kcal_mol_angstrom"}}

Atoms are counted from 0 in the order of the map numbers.
"""

import copy
import json
import sys
import warnings

import numpy
import openmm
from openff.toolkit import ForceField, Molecule
from openff.toolkit.utils import RDKitToolkitWrapper, ToolkitRegistry
from openff.units import unit
from openmm import unit as openmm_unit
from rdkit import Chem, RDLogger
from rdkit.Chem import AllChem, rdCIPLabeler

warnings.filterwarnings("ignore")
RDLogger.DisableLog("rdApp.*")
REGISTRY = ToolkitRegistry([RDKitToolkitWrapper])
SECTIONS = ["Bonds", "Angles", "ProperTorsions", "ImproperTorsions", "vdW", "LibraryCharges", "Constraints"]
KCAL = openmm_unit.kilocalorie_per_mole

WRITTEN_HYDROGENS = Chem.SmilesParserParams()
WRITTEN_HYDROGENS.removeHs = False

force_fields = {}


def force_field(path):
    if path not in force_fields:
        force_fields[path] = ForceField(path)
    return force_fields[path]


def canonical(smiles):
    """Without map numbers and written hydrogens."""
    rdmol = Chem.MolFromSmiles(smiles)
    for atom in rdmol.GetAtoms():
        atom.SetAtomMapNum(0)
    # Once more: the numbers may have made centres of atoms that are none.
    return Chem.MolToSmiles(Chem.RemoveHs(Chem.MolFromSmiles(Chem.MolToSmiles(rdmol))))


def read(mapped):
    return Molecule.from_mapped_smiles(mapped, toolkit_registry=REGISTRY, allow_undefined_stereo=True)


def graph(molecule, mapped):
    aromatic = [i for i, atom in enumerate(molecule.atoms) if atom.is_aromatic]
    bonds = sorted(
        sorted([bond.atom1_index, bond.atom2_index]) for bond in molecule.bonds if bond.is_aromatic
    )
    # The toolkit has RDKit's older perception of stereo, which knows no pseudo-asymmetric centres.
    Chem.SetUseLegacyStereoPerception(False)
    rdmol = Chem.MolFromSmiles(mapped, WRITTEN_HYDROGENS)
    rdCIPLabeler.AssignCIPLabels(rdmol)
    Chem.SetUseLegacyStereoPerception(True)
    place = [atom.GetAtomMapNum() - 1 for atom in rdmol.GetAtoms()]
    centres = {
        place[atom.GetIdx()]: atom.GetProp("_CIPCode").upper() for atom in rdmol.GetAtoms() if atom.HasProp("_CIPCode")
    }
    double = [
        sorted([place[bond.GetBeginAtomIdx()], place[bond.GetEndAtomIdx()]]) + [bond.GetProp("_CIPCode").upper()]
        for bond in rdmol.GetBonds()
        if bond.HasProp("_CIPCode")
    ]
    return {
        "aromatic_atoms": aromatic,
        "aromatic_bonds": bonds,
        "stereo_atoms": centres,
        "stereo_bonds": double,
    }


def labels(molecule, path):
    found = force_field(path).label_molecules(molecule.to_topology())[0]
    return {
        section: sorted([*map(int, atoms), parameter.id or parameter.smirks] for atoms, parameter in found[section].items())
        for section in SECTIONS
        if section in found
    }


def energies(molecule, request):
    random = numpy.random.default_rng(request["seed"])
    count = molecule.n_atoms
    total = molecule.total_charge.m_as(unit.elementary_charge)
    charges = random.normal(0, 0.3, count)
    charges += (total - charges.sum()) / count
    molecule.partial_charges = unit.Quantity(charges, unit.elementary_charge)
    rdmol = molecule.to_rdkit()
    embedded = AllChem.EmbedMolecule(rdmol, randomSeed=request["seed"] % 2**31, maxAttempts=20)
    if embedded < 0:
        embedded = AllChem.EmbedMolecule(rdmol, randomSeed=7, useRandomCoords=True, maxAttempts=20)
    if embedded < 0:
        return {"error": "RDKit finds no geometry"}
    start = rdmol.GetConformer().GetPositions()
    geometries = [
        start + random.normal(0, request["displacement_angstrom"], (count, 3))
        for _ in range(request["geometries"])
    ]
    system = force_field(request["force_field"]).create_openmm_system(
        molecule.to_topology(), charge_from_molecules=[molecule], allow_nonintegral_charges=True
    )
    bonded = {frozenset([bond.atom1_index, bond.atom2_index]) for bond in molecule.bonds}
    systems = {term: only(system, term, bonded) for term in TERMS}
    systems["total"] = system
    contexts = {
        name: openmm.Context(each, openmm.VerletIntegrator(0.001), openmm.Platform.getPlatformByName("Reference"))
        for name, each in systems.items()
    }
    results = []
    for geometry in geometries:
        result = {}
        for name, context in contexts.items():
            context.setPositions(geometry / 10)
            result[name] = context.getState(getEnergy=True).getPotentialEnergy().value_in_unit(KCAL)
        results.append(result)
    forces = contexts["total"].getState(getForces=True).getForces(asNumpy=True)
    return {
        "charges_e": charges.tolist(),
        "geometries_angstrom": [geometry.tolist() for geometry in geometries],
        "energies_kcal_mol": results,
        "forces_kcal_mol_angstrom": forces.value_in_unit(KCAL / openmm_unit.angstrom).tolist(),
    }


TERMS = ["bonds", "angles", "propers", "impropers", "vdw", "electrostatics"]


def only(system, term, bonded):
    """A copy of a system in which one term alone is left."""
    copied = copy.deepcopy(system)
    for index in reversed(range(copied.getNumForces())):
        force = copied.getForce(index)
        kind = type(force).__name__
        wanted = {
            "HarmonicBondForce": term == "bonds",
            "HarmonicAngleForce": term == "angles",
            "PeriodicTorsionForce": term in ("propers", "impropers"),
            "NonbondedForce": term in ("vdw", "electrostatics"),
            "CMMotionRemover": False,
        }[kind]
        if not wanted:
            copied.removeForce(index)
        elif kind == "PeriodicTorsionForce":
            for i in range(force.getNumTorsions()):
                *atoms, periodicity, phase, k = force.getTorsionParameters(i)
                # An improper's first atom is its centre, bonded to all the others.
                improper = all(frozenset([atoms[0], other]) in bonded for other in atoms[1:])
                if improper != (term == "impropers"):
                    force.setTorsionParameters(i, *atoms, periodicity, phase, 0)
        elif kind == "NonbondedForce":
            for i in range(force.getNumParticles()):
                charge, sigma, epsilon = force.getParticleParameters(i)
                kept = (charge, sigma, 0) if term == "electrostatics" else (0, sigma, epsilon)
                force.setParticleParameters(i, *kept)
            for i in range(force.getNumExceptions()):
                first, second, charge, sigma, epsilon = force.getExceptionParameters(i)
                kept = (charge, sigma, 0) if term == "electrostatics" else (0, sigma, epsilon)
                force.setExceptionParameters(i, first, second, *kept)
    return copied


def answer(request):
    result = {"read": None}
    try:
        molecule = read(request["mapped_smiles"])
    except Exception as error:
        return {**result, "read": f"{type(error).__name__}: {error}"}
    result["same"] = canonical(request["smiles"]) == canonical(request["mapped_smiles"])
    result.update(graph(molecule, request["mapped_smiles"]))
    result["labels"] = [labels(molecule, path) for path in request.get("labels", [])]
    result["energies"] = None
    if request.get("energies"):
        try:
            result["energies"] = energies(molecule, request["energies"])
        except Exception as error:
            result["energies"] = {"error": f"{type(error).__name__}: {error}"}
    return result


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
