"""Computes with PySCF: one single point after another, a line of JSON each (resident-process.ts has the protocol).

A line has `elements`, `formalCharge`, `geometryAngstrom` (flat), `functional` and `dispersion` as PySCF names them,
`basis`, `gradient`, `memoryBytes`, `directory` for PySCF's files, and `continues`: whether the orbitals of the line before,
of the same molecule, are where to start from. Without it the same line gives the same numbers whatever came before.
"""

import errno
import io
import json
import os
import sys
import traceback

import numpy
from pyscf import dft, gto, lib

ANSWERS = 3

# Points of each atom, radial and angular: what decides the energy, and what brings the density near with a sixth of them.
GRID = (75, 302)
COARSE_GRID = (30, 110)
COARSE_CONVERGENCE_HARTREE = 1e-6
# What another start changes is then below 1e-9 hartree.
CONVERGENCE_HARTREE = 1e-9
# psi4's choice where a basis has no auxiliary one of its own.
AUXILIARY_BASIS = "def2-universal-jkfit"


class NotConverged(Exception):
    pass


def molecule_of(job, log):
    coordinates = numpy.reshape(job["geometryAngstrom"], (-1, 3))
    basis = job["basis"]
    molecule = gto.Mole(stdout=log, verbose=4, max_memory=job["memoryBytes"] / 1e6)
    return molecule.build(
        atom=list(zip(job["elements"], coordinates.tolist())),
        charge=job["formalCharge"],
        basis=basis,
        # The heavy elements of these have pseudopotentials under the same name.
        ecp=basis if basis.startswith("def2-") else {},
        # Six d functions, which Pople's double-zeta sets were made with.
        cart=basis.startswith(("6-31g", "6-31+g")),
        unit="angstrom",
        symmetry=False,
        dump_input=False,
        parse_arg=False,
    )


def orthonormalised(orbitals, molecule):
    """The orbitals with the coefficients nearest to these that are orthonormal at the molecule's geometry (Löwdin)."""
    overlap = orbitals.T @ molecule.intor_symmetric("int1e_ovlp") @ orbitals
    values, vectors = numpy.linalg.eigh(overlap)
    return orbitals @ (vectors / numpy.sqrt(values)) @ vectors.T


def mean_field(job, molecule, grid, convergence_hartree):
    field = dft.RKS(molecule, xc=job["functional"]).density_fit(auxbasis=AUXILIARY_BASIS)
    field.disp = job["dispersion"]
    field.grids.atom_grid = grid
    field.conv_tol = convergence_hartree
    field.chkfile = None
    return field


def converged(job, molecule, density):
    """The mean field on the grid that decides, from one on a coarse grid: fewer cycles are dear then."""
    coarse = mean_field(job, molecule, COARSE_GRID, COARSE_CONVERGENCE_HARTREE)
    coarse.kernel(dm0=density)
    field = mean_field(job, molecule, GRID, CONVERGENCE_HARTREE)
    field.kernel(dm0=coarse.make_rdm1())
    if field.converged:
        return field
    second_order = field.newton()
    second_order.kernel(field.mo_coeff, field.mo_occ)
    if not second_order.converged:
        raise NotConverged(
            f"PySCF's SCF did not converge in {field.cycles} cycles, nor by the second-order method after them"
        )
    return second_order.undo_soscf()


class Calculator:
    """Keeps the orbitals of one line for the next."""

    def __init__(self):
        self.orbitals = None

    def answer(self, job, log):
        lib.param.TMPDIR = job["directory"]
        molecule = molecule_of(job, log)
        density = None
        if job["continues"] and self.orbitals is not None:
            occupied = orthonormalised(self.orbitals, molecule)
            density = 2 * occupied @ occupied.T
        self.orbitals = None
        field = converged(job, molecule, density)
        gradient = field.nuc_grad_method().kernel().ravel().tolist() if job["gradient"] else None
        if not numpy.isfinite([field.e_tot, *(gradient or [])]).all():
            raise ArithmeticError("the energy or the gradient is not finite")
        self.orbitals = field.mo_coeff[:, field.mo_occ > 0]
        return {"energyHartree": float(field.e_tot), "gradientHartreePerBohr": gradient}


def refusal(error, log):
    message = f"PySCF failed: {type(error).__name__}: {error}"
    code = "engine-failed"
    if isinstance(error, NotConverged):
        code, message = "not-converged", str(error)
    elif isinstance(error, MemoryError) or getattr(error, "errno", None) in (errno.ENOSPC, errno.ENOMEM):
        code = "engine-crashed"
    return {"code": code, "message": message, "output": log.getvalue() + traceback.format_exc()}


def main():
    calculator = Calculator()
    with os.fdopen(ANSWERS, "w") as answers:
        for line in sys.stdin:
            log = io.StringIO()
            try:
                answer = {"result": calculator.answer(json.loads(line), log)}
            except Exception as error:
                answer = {"error": refusal(error, log)}
            print(json.dumps(answer), file=answers, flush=True)


main()
