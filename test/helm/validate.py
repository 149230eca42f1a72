"""Validates Kubernetes objects, strictly and offline: validate.py [SCALED_OBJECT_CRD] < MANIFESTS

Every object must be of a known kind and without unknown fields; KEDA's ScaledObject is held against the schema
in its CRD. Prints the objects as a JSON array; says on standard error what is wrong, with exit status 1.
"""

import json
import sys

import jsonschema
import kubernetes_validate
import yaml


def without_unknown_fields(schema):
    """The same schema, closed where the API server would drop a field that it does not know."""
    if isinstance(schema, list):
        return [without_unknown_fields(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: without_unknown_fields(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
        closed["additionalProperties"] = False
    return closed


def scaled_object_schema(crd_file):
    with open(crd_file) as file:
        crd = yaml.safe_load(file)
    (version,) = [version for version in crd["spec"]["versions"] if version["name"] == "v1alpha1"]
    schema = without_unknown_fields(version["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object", "required": ["name"]}
    return schema


def main():
    scaled_object = scaled_object_schema(sys.argv[1]) if len(sys.argv) > 1 else None
    objects = [item for item in yaml.safe_load_all(sys.stdin) if item]
    problems = []
    for item in objects:
        name = f"{item.get('kind')}/{item.get('metadata', {}).get('name')}"
        try:
            if item.get("apiVersion") == "keda.sh/v1alpha1" and item.get("kind") == "ScaledObject":
                if scaled_object is not None:
                    jsonschema.validate(item, scaled_object)
            else:
                kubernetes_validate.validate(item, kubernetes_validate.latest_version(), strict=True)
        except jsonschema.ValidationError as error:
            problems.append(f"{name}: {'.'.join(str(step) for step in error.path)}: {error.message}")
        except (kubernetes_validate.SchemaNotFoundError, KeyError) as error:
            problems.append(f"{name}: not a kind that Kubernetes knows: {getattr(error, 'message', error)}")
    for problem in problems:
        print(problem, file=sys.stderr)
    if not objects:
        print("there is no object at all", file=sys.stderr)
    json.dump(objects, sys.stdout)
    sys.exit(1 if problems or not objects else 0)


main()
