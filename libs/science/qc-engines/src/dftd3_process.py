"""The D3(BJ) dispersion of one geometry after another, a line of JSON each (resident-process.ts has the protocol).

A line has `elements`, `geometryBohr` (flat) and `functional` as dftd3 names it. Without the three-body term: psi4's and
the first D3(BJ) paper's, Grimme et al., J. Comput. Chem. 32, 1456 (2011).
"""

import json
import os
import sys
import traceback

import numpy
from dftd3.interface import DispersionModel, RationalDampingParam

ANSWERS = 3


def dispersion(job):
    model = DispersionModel(numpy.array(job["elements"]), numpy.reshape(job["geometryBohr"], (-1, 3)))
    damping = RationalDampingParam(method=job["functional"], atm=False)
    found = model.get_dispersion(damping, grad=True)
    return {"energyHartree": float(found["energy"]), "gradientHartreePerBohr": found["gradient"].ravel().tolist()}


with os.fdopen(ANSWERS, "w") as answers:
    for line in sys.stdin:
        try:
            answer = {"result": dispersion(json.loads(line))}
        except Exception as error:
            message = f"dftd3 failed: {error}"
            answer = {"error": {"code": "engine-failed", "message": message, "output": traceback.format_exc()}}
        print(json.dumps(answer), file=answers, flush=True)
