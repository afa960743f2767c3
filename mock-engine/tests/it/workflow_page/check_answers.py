"""Compares the answers of workflow_page.sh with those on the vendor's page.

Member by member: the same members in the same order, values of the same JSON type and, for texts, of the same form.
Values themselves count only where the page's value is one of the API's words. Differences are printed with the path to
them; the exit status says whether there were any.

One thing differs from the page on purpose: its `revisionHash` inside `requestedObjectList`. Real documents echo the
entries as they were sent, and these were sent without.
"""

import base64
import binascii
import json
import re
import sys
from pathlib import Path

LOGIN = """
{
  "Authorization": "dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a"
}
"""

IDENTIFIER = """
{
  "_pageInfo": {
    "numberOnPage": 1,
    "total": 1
  },
  "responseList": [
    {
      "objectIdentifier": {
        "id": "global"
      },
      "objectType": "GLOBAL_OBJECT",
      "revisionHash": "8d5236bb029c2176aa568b930786b63253e4f9e4"
    }
  ]
}
"""

EXPORT_TASK = """
{
  "asyncTaskId": 2,
  "operation": "EXPORT",
  "reference": "EXPORT-ZXhwb3J0X2RvY3VtZW50Xzk0Wjlva3JDLmpzb24=",
  "status": "RUNNING",
  "startTime": "2018-06-15T20:36:35.483+0000",
  "cancellable": false
}
"""

IMPORT_TASK = """
{
  "asyncTaskId": 1,
  "operation": "IMPORT",
  "reference": "IMPORT-aW1wb3J0X2RvY3VtZW50X2lZQVFKWEFsLmpzb24=",
  "status": "WAITING",
  "cancellable": false
}
"""

# The page shortens blob, signature and key, so the check ignores their length.
SEALED = """
  "blob": "RAAAAAokZmZhNWIxNjktODMwMC00N2Fl",
  "signature": "MCwCFAWGf/97wb+oYuSQizj8U12n7jpQAhQKGCaOJ4U8XyDAOEhMUWkzZXHrpw==",
  "publicKey": "MIHxMIGoBgcqhkjOOAQBMIGcAkEA"
"""

GLOBAL_DOCUMENT = """
{
  "exportResponseMetadata": {
    "exportHost": "a.example.com",
    "exportDate": "Fri Jun 15 20:16:20 UTC 2018",
    "requestedObjectList": [
      {
        "objectIdentifier": {
          "id": "global"
        },
        "objectType": "GLOBAL_OBJECT"
      }
    ],
    "exportedObjectList": [
      {
        "objectIdentifier": {
          "id": "DRIVING_LC"
        },
        "objectType": "DOMAIN",
        "revisionHash": "9ee90782488d14d369f9595dad7f593c961e785f"
      },
      {
        "objectIdentifier": {
          "algorithmName": "DrivingLicenseNoLookup"
        },
        "objectType": "LOOKUP",
        "revisionHash": "e08ac9bfd4ed9f64d486cb47cdc07deb30ccc20f"
      }
    ]
  },
""" + SEALED + "}"

JOB_DOCUMENT = """
{
  "exportResponseMetadata": {
    "exportHost": "a.example.com",
    "exportDate": "Fri Jun 15 20:16:20 UTC 2018",
    "requestedObjectList": [
      {
        "objectIdentifier": {
          "id": 1
        },
        "objectType": "MASKING_JOB"
      }
    ],
    "exportedObjectList": [
      {
        "objectIdentifier": {
          "id": 1
        },
        "objectType": "DATABASE_RULESET",
        "revisionHash": "bf63b401129cbc84f90eeb708281e98121f5a829"
      },
      {
        "objectIdentifier": {
          "id": "FIRST_NAME"
        },
        "objectType": "DOMAIN_REFERENCE",
        "revisionHash": "e6a52079843afd2625f20237fd50f56254c7e630"
      },
      {
        "objectIdentifier": {
          "id": 1
        },
        "objectType": "MASKING_JOB",
        "revisionHash": "579850b1c88baf74cee6bad61d81e2aa3dcc206c"
      },
      {
        "objectIdentifier": {
          "id": 1
        },
        "objectType": "DATABASE_CONNECTOR",
        "revisionHash": "6455f39dfa354a54bdf4ef69d6511a6c2bb19db3"
      },
      {
        "objectIdentifier": {
          "algorithmName": "FirstNameLookup"
        },
        "objectType": "ALGORITHM_REFERENCE",
        "revisionHash": "13b0a51a7e3904f52526c442419c54b39033dca3"
      }
    ]
  },
""" + SEALED + "}"

GLOBAL_STATUS = """
[
  {
    "objectIdentifier": {
      "id": 7
    },
    "importedObjectIdentifier": {
      "id": 7
    },
    "objectType": "PROFILE_EXPRESSION",
    "importStatus": "SUCCESS"
  },
  {
    "objectIdentifier": {
      "id": "CERTIFICATE_NO"
    },
    "importedObjectIdentifier": {
      "id": "CERTIFICATE_NO"
    },
    "objectType": "DOMAIN",
    "importStatus": "SUCCESS"
  }
]
"""

JOB_STATUS = """
[
  {
    "objectIdentifier": {
      "id": 3033
    },
    "importedObjectIdentifier": {
      "id": 1
    },
    "objectType": "DATABASE_CONNECTOR",
    "importStatus": "SUCCESS"
  },
  {
    "objectIdentifier": {
      "id": 5421
    },
    "importedObjectIdentifier": {
      "id": 1
    },
    "objectType": "DATABASE_RULESET",
    "importStatus": "SUCCESS"
  }
]
"""

# The list of jobs looks like the list of the global object, with numbers for ids.
JOBS = IDENTIFIER.replace('"global"', "4").replace("GLOBAL_OBJECT", "MASKING_JOB")
NO_CONTENT = None
GONE = '{"errorMessage": "any text"}'

ANSWERS = {
    "a-1-login": (200, LOGIN),
    "a-2-identifier": (200, IDENTIFIER),
    "a-3-export": (200, EXPORT_TASK),
    "a-4-download": (200, GLOBAL_DOCUMENT),
    "a-5-cleanup": (200, NO_CONTENT),
    "a-6-gone": (404, GONE),
    "b-1-login": (200, LOGIN),
    "b-2-import": (200, IMPORT_TASK),
    "b-3-status": (200, GLOBAL_STATUS),
    "b-4-cleanup": (200, NO_CONTENT),
    "b-5-gone": (404, GONE),
    "c-0-jobs": (200, JOBS),
    "c-1-export": (200, JOB_DOCUMENT),
    "c-2-import": (200, JOB_STATUS),
    "d-0-jobs": (200, JOBS.replace("MASKING_JOB", "PROFILE_JOB")),
    "d-1-export": (200, JOB_DOCUMENT.replace("MASKING_JOB", "PROFILE_JOB")),
    "d-2-import": (200, JOB_STATUS),
    "e-1-export": (200, JOB_DOCUMENT),
    "e-2-import": (200, JOB_STATUS),
}

# The members whose values are compared.
WORDS = {"exportHost", "importStatus", "objectType", "operation", "status"}

FORMS = {
    "a token": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "a revision hash": r"[0-9a-f]{40}",
    "a date of the API": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000",
    "a date of Java": r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d UTC \d{4}",
    "a reference of an export": r"EXPORT-[A-Za-z0-9+/]+=*",
    "a reference of an import": r"IMPORT-[A-Za-z0-9+/]+=*",
}
BASE64 = {"blob", "publicKey", "signature"}


def kind(value):
    names = {dict: "an object", list: "an array", str: "a text", bool: "a truth value", int: "an integer"}
    return names.get(type(value), repr(value))


class Comparison:
    def __init__(self):
        self.differences = []

    def say(self, path, text):
        self.differences.append(f"{path}: {text}")

    def compare(self, path, page, ours):
        if kind(page) != kind(ours):
            self.say(path, f"{kind(page)} on the page, {kind(ours)} here: {json.dumps(ours)[:200]}")
        elif isinstance(page, dict):
            self.compare_objects(path, page, ours)
        elif isinstance(page, list):
            self.compare_arrays(path, page, ours)
        else:
            self.compare_values(path, page, ours)

    def compare_objects(self, path, page, ours):
        if list(page) != list(ours):
            self.say(path, f"members {list(page)} on the page, {list(ours)} here")
        for name in page.keys() & ours.keys():
            self.compare(f"{path}.{name}", page[name], ours[name])

    def compare_arrays(self, path, page, ours):
        if not ours:
            self.say(path, "empty")
        by_type = {entry["objectType"]: entry for entry in page}
        missing = by_type.keys() - {entry.get("objectType") for entry in ours if isinstance(entry, dict)}
        if missing:
            self.say(path, f"the page has entries of type {sorted(missing)}, here there is none")
        for index, entry in enumerate(ours):
            at = f"{path}[{index}]"
            if not isinstance(entry, dict):
                self.say(at, f"{kind(entry)}, not an object")
            elif entry.get("objectType") in by_type:
                self.compare(at, by_type[entry["objectType"]], entry)
            else:
                self.compare_other_type(at, page[0], entry)

    def compare_other_type(self, path, page, ours):
        """An entry of a type that the page abbreviates with three dots."""
        if list(page) != list(ours):
            self.say(path, f"members {list(page)} on the page, {list(ours)} here")
        for name, value in ours.items():
            if name.lower().endswith("objectidentifier"):
                if not (isinstance(value, dict) and len(value) == 1):
                    self.say(f"{path}.{name}", f"not an object of one member: {value!r}")
            elif name == "objectType":
                if not re.fullmatch("[A-Z_]+", str(value)):
                    self.say(f"{path}.{name}", f"not a type: {value!r}")
            elif name in page:
                self.compare(f"{path}.{name}", page[name], value)

    def compare_values(self, path, page, ours):
        member = path.rsplit(".", 1)[-1]
        if member in WORDS or isinstance(page, bool):
            if page != ours:
                self.say(path, f"{page!r} on the page, {ours!r} here")
        elif member in BASE64:
            try:
                if not base64.b64decode(ours, validate=True):
                    self.say(path, "empty")
            except binascii.Error as error:
                self.say(path, f"not base64: {error}")
        elif isinstance(page, str):
            for name, form in FORMS.items():
                if re.fullmatch(form, page) and not re.fullmatch(form, ours):
                    self.say(path, f"the page has {name}, here it is {ours!r}")


def document(text):
    def members(pairs):
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            raise ValueError(f"a member twice: {names}")
        return dict(pairs)

    return json.loads(text, object_pairs_hook=members)


def entry_key(entry):
    return entry["objectType"], json.dumps(entry["objectIdentifier"], sort_keys=True)


def check_more(comparison, found):
    """Checks that the page describes in words."""
    say = comparison.say
    requested = {"a-4-download": {"id": "global"}, "c-1-export": {"id": 4}, "d-1-export": {"id": 6}, "e-1-export": {"id": 4}}
    for name, identifier in requested.items():
        metadata = found[name]["exportResponseMetadata"]
        if [entry["objectIdentifier"] for entry in metadata["requestedObjectList"]] != [identifier]:
            say(name, f"requestedObjectList is not the request: {metadata['requestedObjectList']}")
        exported = {entry_key(entry) for entry in metadata["exportedObjectList"]}
        if not {entry_key(entry) for entry in metadata["requestedObjectList"]} <= exported:
            say(name, "the exported objects don't include the requested one")
    for name, page_task in (("a-3-export", "export"), ("b-2-import", "import")):
        reference = found[name]["reference"]
        file = base64.b64decode(reference.split("-", 1)[1]).decode()
        if not re.fullmatch(page_task + r"_document_[A-Za-z0-9]{8}\.json", file):
            say(name, f"the reference stands for {file!r}")
    for name, identifier in (("c-0-jobs", 4), ("d-0-jobs", 6)):
        if {"id": identifier} not in [entry["objectIdentifier"] for entry in found[name]["responseList"]]:
            say(name, f"no job has id {identifier}")
    if found["a-2-identifier"]["_pageInfo"] != {"numberOnPage": 1, "total": 1}:
        say("a-2-identifier", f"not one global object: {found['a-2-identifier']['_pageInfo']}")
    pairs = {"a-4-download": "b-3-status", "c-1-export": "c-2-import", "d-1-export": "d-2-import", "e-1-export": "e-2-import"}
    for export, status in pairs.items():
        exported = {entry_key(entry) for entry in found[export]["exportResponseMetadata"]["exportedObjectList"]}
        imported = [entry_key(entry) for entry in found[status]]
        if len(set(imported)) != len(imported):
            say(status, "an object is reported twice")
        if set(imported) - exported:
            say(status, f"reported but not exported: {sorted(set(imported) - exported)}")
        silent = {key for key in exported - set(imported) if key[0] != "GLOBAL_OBJECT"}
        if silent:
            say(status, f"exported but not reported: {sorted(silent)}")


def main(directory):
    comparison = Comparison()
    found = {}
    for name, (status, page) in ANSWERS.items():
        answer = (directory / f"{name}.answer").read_text(encoding="utf-8")
        came = (directory / f"{name}.status").read_text(encoding="utf-8").strip()
        if came != str(status):
            comparison.say(name, f"status {came} instead of {status}: {answer[:300]}")
            continue
        if page is NO_CONTENT:
            if answer:
                comparison.say(name, f"no content on the page, here: {answer[:300]}")
            continue
        try:
            found[name] = document(answer)
        except ValueError as error:
            comparison.say(name, f"not JSON: {error}: {answer[:300]}")
            continue
        if "\n" in answer.strip():
            comparison.say(name, "the answer has more than one line")
        comparison.compare(name, document(page), found[name])
    if not comparison.differences:
        check_more(comparison, found)
    for difference in comparison.differences:
        print("DIFFERENT", difference)
    print(f"{len(ANSWERS)} answers, {len(comparison.differences)} differences")
    return 1 if comparison.differences else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
