"""The seconds that the OpenFF toolkit and OpenMM need for what chemistry-speed.mjs measures.

Reads one JSON object from standard input and prints one.
"""

import json
import sys
import time

import numpy
import openmm
from openff.toolkit import ForceField, Molecule
from openff.units import unit

BATCHES = 30


def least(count, once, batches=BATCHES):
    seconds = float("inf")
    for _ in range(batches):
        begin = time.perf_counter()
        for _ in range(count):
            once()
        seconds = min(seconds, (time.perf_counter() - begin) / count)
    return seconds


def mechanics(system, platform, start, relaxed):
    context = openmm.Context(
        system, openmm.VerletIntegrator(0.001), openmm.Platform.getPlatformByName(platform)
    )

    def evaluate(**wanted):
        context.setPositions(relaxed)
        context.getState(**wanted)

    def minimise():
        context.setPositions(start)
        openmm.LocalEnergyMinimizer.minimize(context, 1e-3, 0)

    # Evaluations that stay within OpenMM: steps too short to move anything.
    def steps():
        context.setPositions(relaxed)
        context.setVelocities(numpy.zeros_like(relaxed))
        context.getIntegrator().step(200)

    context.getIntegrator().setStepSize(1e-6)
    return {
        "energy": least(50, lambda: evaluate(getEnergy=True), 200),
        "gradient": least(50, lambda: evaluate(getEnergy=True, getForces=True), 200),
        "gradientWithin": least(1, steps) / 200,
        "minimise": least(1, minimise),
    }


def main():
    given = json.load(sys.stdin)
    force_field = ForceField(given["forceField"])

    def molecule():
        read = Molecule.from_mapped_smiles(given["mappedSmiles"], allow_undefined_stereo=True)
        read.partial_charges = numpy.array(given["charges"]) * unit.elementary_charge
        return read

    one = molecule()
    topologies = [molecule().to_topology() for _ in range(BATCHES)]
    known = molecule().to_topology()
    result = {
        "read": least(1, molecule),
        "label": least(1, lambda: force_field.label_molecules(topologies.pop())),
        "labelAgain": least(1, lambda: force_field.label_molecules(known)),
        "createSystem": least(
            1, lambda: force_field.create_openmm_system(one.to_topology(), charge_from_molecules=[one])
        ),
        "openmm": {},
    }
    try:
        from openff.nagl import GNNModel
        from openff.nagl_models import get_model

        model = GNNModel.load(get_model("openff-gnn-am1bcc-1.0.0.pt"), eval_mode=True)
        result["nagl"] = least(1, lambda: model.compute_property(one))
    except ImportError:
        result["nagl"] = None
    system = force_field.create_openmm_system(one.to_topology(), charge_from_molecules=[one])
    start, relaxed = (numpy.array(given[name]).reshape(-1, 3) / 10 for name in ("start", "relaxed"))
    for platform in ("Reference", "CPU"):
        result["openmm"][platform] = mechanics(system, platform, start, relaxed)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
