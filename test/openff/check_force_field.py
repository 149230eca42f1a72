"""What the OpenFF toolkit and OpenMM make of a fitted force field.

usage: check_force_field.py FORCE_FIELD.offxml REPORT.json

Prints one JSON object: how many torsions of the molecule carry a bespoke parameter, and for each fitted
torsion the worst deviation (kcal/mol) between the MM profile of the report and the one that OpenMM gives,
relaxed from the same QM geometries under the same restraints.
"""

import json
import sys

import numpy
import openmm
from openff.toolkit import ForceField, Molecule
from openff.units import unit as openff_unit
from openmm import unit

KCAL = unit.kilocalories_per_mole


def labelled(force_field, molecule, smirks):
    labels = force_field.label_molecules(molecule.to_topology())[0]["ProperTorsions"]
    return sum(parameter.smirks in smirks for parameter in labels.values())


def relaxed_energy(system, geometry, frozen, restraint):
    """Energy without the restraint, after relaxation with it; positions in angstrom."""
    system = openmm.XmlSerializer.clone(system)
    start = numpy.asarray(geometry).reshape(-1, 3) * 0.1
    force = openmm.CustomExternalForce("0.5*k*((x-x0)^2+(y-y0)^2+(z-z0)^2)")
    force.addGlobalParameter("k", restraint * 418.4)
    for name in ("x0", "y0", "z0"):
        force.addPerParticleParameter(name)
    for atom, position in enumerate(start):
        force.addParticle(atom, position)
    for other in system.getForces():
        other.setForceGroup(0)
    force.setForceGroup(1)
    system.addForce(force)
    for atom in frozen:
        system.setParticleMass(atom, 0)
    context = openmm.Context(
        system, openmm.VerletIntegrator(0.001), openmm.Platform.getPlatformByName("Reference")
    )
    context.setPositions(start)
    openmm.LocalEnergyMinimizer.minimize(context, 1e-3, 0)
    state = context.getState(getEnergy=True, groups={0})
    return state.getPotentialEnergy().value_in_unit(KCAL)


def main(force_field_path, report_path):
    force_field = ForceField(force_field_path)
    report = json.load(open(report_path))
    torsions = report["fit"]["torsions"]
    restraint = report["workflow"]["fit"]["restraintKcalPerMolPerAngstrom2"]
    smirks = {parameter["smirks"] for torsion in torsions for parameter in torsion["parameters"]}
    parent = Molecule.from_mapped_smiles(report["mappedSmiles"], allow_undefined_stereo=True)
    result = {
        "bespokeParameters": len(smirks),
        "parentTorsionsLabelled": labelled(force_field, parent, smirks),
        "torsions": [],
    }
    for torsion in torsions:
        molecule = Molecule.from_mapped_smiles(torsion["mappedSmiles"], allow_undefined_stereo=True)
        molecule.partial_charges = numpy.array(torsion["chargesE"]) * openff_unit.elementary_charge
        system = force_field.create_openmm_system(
            molecule.to_topology(), charge_from_molecules=[molecule]
        )
        points = torsion["points"]
        energies = [
            relaxed_energy(system, point["qmGeometryAngstrom"], torsion["dihedral"], restraint)
            for point in points
        ]
        reference = min(range(len(points)), key=lambda i: points[i]["qmKcalPerMol"])
        deviations = [
            abs(energy - energies[reference] - point["mmAfterKcalPerMol"])
            for energy, point in zip(energies, points)
        ]
        own = {parameter["smirks"] for parameter in torsion["parameters"]}
        result["torsions"].append(
            {
                "mappedSmiles": torsion["mappedSmiles"],
                "points": len(points),
                "fragmentTorsionsLabelled": labelled(force_field, molecule, own),
                "worstKcalPerMol": max(deviations),
                "meanKcalPerMol": sum(deviations) / len(deviations),
            }
        )
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
