"""Scans that the torsiondrive package makes of random potentials, through its td_api.

Reads JSON lines from standard input and answers each with one on standard output:

in   {"seed", "dihedrals": how many are driven, "grid_spacing", "dihedral_ranges", "energy_upper_limit",
      "energy_decrease_thresh", "conformers", "sheets", "off_target", "elsewhere", "energy_step"}
out  {"state": the initial one, "rounds": [{"next_jobs", "results"}, ...] as td_api has them, the last without jobs,
      "grid_energies": {key: the energy that torsiondrive ends with}, "lowest": {key: the lowest on target}}

A potential has several sheets. An optimisation stays on the sheet of its start or, where that lies far above, falls to a
lower one; with the probabilities `off_target` and `elsewhere` it ends beside its target or at another grid point. Energies
are whole multiples of `energy_step`, unless that is 0. What becomes of a job depends on the job alone, and on how often it
was asked for.
"""

import contextlib
import copy
import hashlib
import json
import os
import sys
import warnings

import numpy
from torsiondrive import td_api

warnings.filterwarnings("ignore")
BOHR = 0.529177210903


def geometry(bonds, angles, dihedrals):
    """Atoms in a chain, in bohr, from internal coordinates in angstrom and degrees."""
    atoms = [numpy.zeros(3), numpy.array([bonds[0], 0, 0])]
    bend = numpy.radians(angles[0])
    atoms.append(atoms[1] + bonds[1] * numpy.array([-numpy.cos(bend), numpy.sin(bend), 0]))
    for length, angle, dihedral in zip(bonds[2:], angles[1:], dihedrals):
        last = atoms[-1] - atoms[-2]
        last /= numpy.linalg.norm(last)
        normal = numpy.cross(atoms[-2] - atoms[-3], last)
        normal /= numpy.linalg.norm(normal)
        bend, turn = numpy.radians(angle), numpy.radians(dihedral)
        atoms.append(
            atoms[-1]
            + length
            * (
                -numpy.cos(bend) * last
                + numpy.sin(bend) * (numpy.cos(turn) * numpy.cross(normal, last) + numpy.sin(turn) * normal)
            )
        )
    return [round(float(x) / BOHR, 8) for atom in atoms for x in atom]


def name_of(coordinates):
    """The same after the coordinates went through angstrom and back."""
    return ",".join(str(round(x, 8) + 0.0) for x in coordinates)


class Potential:
    def __init__(self, request):
        self.request = request
        self.dihedrals = request["dihedrals"]
        random = numpy.random.default_rng(request["seed"])
        shape = (request["sheets"], self.dihedrals, 4)
        self.heights = 0.004 * random.random(shape)
        self.phases = 360 * random.random(shape)
        self.sheets = {}  # of each geometry
        self.asked = {}

    def remember(self, sheet, dihedrals, random):
        atoms = self.dihedrals + 3
        bonds = 1.5 + 0.05 * random.random(atoms - 1)
        angles = 108 + 8 * random.random(atoms - 2)
        made = geometry(bonds, angles, dihedrals)
        self.sheets[name_of(made)] = sheet
        return made

    def starts(self):
        random = numpy.random.default_rng([self.request["seed"], 1])
        return [
            self.remember(int(random.integers(self.request["sheets"])), random.uniform(-180, 180, self.dihedrals), random)
            for _ in range(self.request["conformers"])
        ]

    def energy(self, sheet, target):
        waves = numpy.arange(1, 5) * numpy.array(target)[:, None] - self.phases[sheet]
        return -100 + 0.001 * sheet + float((self.heights[sheet] * (1 + numpy.cos(numpy.radians(waves)))).sum())

    def optimise(self, key, start):
        request, job = self.request, (key, name_of(start))
        self.asked[job] = self.asked.get(job, 0) + 1
        digest = hashlib.sha256(repr((request["seed"], job, self.asked[job])).encode()).digest()
        random = numpy.random.default_rng(int.from_bytes(digest[:8], "big"))
        target = [int(angle) for angle in key.split(",")]
        sheet = self.sheets[name_of(start)]
        for other in range(request["sheets"]):
            if self.energy(sheet, target) - self.energy(other, target) > 0.004 + 0.006 * random.random():
                sheet = other
        energy = self.energy(sheet, target) + 2e-6 * random.random()
        if request["energy_step"]:
            energy = request["energy_step"] * round(energy / request["energy_step"])
        reached = target + random.uniform(-0.45, 0.45, self.dihedrals)
        if random.random() < request["off_target"]:
            reached = reached + random.choice([-1, 1]) * random.uniform(1, 3)
        if random.random() < request["elsewhere"]:
            axis = int(random.integers(self.dihedrals))
            reached[axis] += random.choice([-1, 1]) * request["grid_spacing"][axis]
        return self.remember(sheet, reached, random), float(energy)


def on_target(state):
    """The state without the results that torsiondrive drops."""
    kept = copy.deepcopy(state)
    kept["grid_status"] = {}
    for key, jobs in state["grid_status"].items():
        target = numpy.array([int(angle) for angle in key.split(",")])
        for job in jobs:
            molecule = td_api.Molecule()
            molecule.xyzs = [numpy.array(job[1]).reshape(-1, 3)]
            values = td_api.measure_dihedrals(molecule, state["dihedrals"], check_linear=False, check_bonded=False)
            if numpy.abs((values - target + 180) % 360 - 180).max() <= 0.5:
                kept["grid_status"].setdefault(key, []).append(job)
    return kept


def final_energies(state):
    """What the scanner keeps for its own output files."""
    kept = {}

    class Scanner(td_api.DihedralScanRepeater):
        def repeat_scan_process(self):
            super().repeat_scan_process()
            kept.update(self.grid_energies)

    usual, td_api.DihedralScanRepeater = td_api.DihedralScanRepeater, Scanner
    td_api.next_jobs_from_state(state)
    td_api.DihedralScanRepeater = usual
    return by_key(kept)


def by_key(energies):
    return {",".join(str(int(angle)) for angle in grid): float(energy) for grid, energy in energies.items()}


def scan(request):
    potential = Potential(request)
    chains = [[first, first + 1, first + 2, first + 3] for first in range(request["dihedrals"])]
    state = td_api.create_initial_state(
        chains,
        request["grid_spacing"],
        ["C"] * (request["dihedrals"] + 3),
        potential.starts(),
        dihedral_ranges=request["dihedral_ranges"],
        energy_decrease_thresh=request["energy_decrease_thresh"],
        energy_upper_limit=request["energy_upper_limit"],
    )
    initial = copy.deepcopy(state)
    rounds = []
    while True:
        jobs = td_api.next_jobs_from_state(state)
        results = {
            key: [[start, *potential.optimise(key, start)] for start in starts] for key, starts in jobs.items()
        }
        rounds.append({"next_jobs": jobs, "results": results})
        if not jobs:
            break
        td_api.update_state(state, copy.deepcopy(results))
    return {
        "state": initial,
        "rounds": rounds,
        "grid_energies": final_energies(state),
        "lowest": by_key(td_api.collect_lowest_energies(on_target(state))),
    }


for line in sys.stdin:
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        answer = scan(json.loads(line))
    print(json.dumps(answer), flush=True)
