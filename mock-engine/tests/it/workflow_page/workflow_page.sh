#!/usr/bin/env bash
# The vendor's page of workflow examples, run with curl against two engines.
#
# Commands under PAGE are exact copies of the page's. Commands under LIKE follow its text: the login on the other engine,
# the list of jobs, the profile job, and the boxes with a request line, headers and a body. The script replaces only these
# values:
#
#   the token, the references of the two tasks, /path/to/cert, /path/to/export.json
#
# .curlrc maps a.example.com and b.example.com to the engines. CURL_CA_BUNDLE serves the one command without --cacert.
#
# workflow_page.sh DIRECTORY CA_FILE A_ADDRESS B_ADDRESS
#
# Writes every answer to NAME.answer and its status to NAME.status in DIRECTORY, and compares them with the page.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
ca=$2
export CURL_HOME=$PWD
cat >.curlrc <<CURLRC
connect-to = "a.example.com:443:$3"
connect-to = "a.example.com:80:$3"
connect-to = "b.example.com:443:$4"
connect-to = "b.example.com:80:$4"
silent
show-error
max-time = 60
write-out = "%{stderr}%{http_code}"
CURLRC

token=none export_reference=none import_reference=none

# page NAME: runs the command on standard input and stores the answer.
page() {
    local name=$1 command
    command=$(cat)
    command=${command//'dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a'/"$token"}
    command=${command//'EXPORT-ZXhwb3J0X2RvY3VtZW50Xzk0Wjlva3JDLmpzb24='/"$export_reference"}
    command=${command//'IMPORT-aW1wb3J0X2RvY3VtZW50X2lZQVFKWEFsLmpzb24='/"$import_reference"}
    command=${command//'/path/to/cert'/"$ca"}
    command=${command//'/path/to/export.json'/"$PWD/export.json"}
    printf '\n--- %s\n%s\n' "$name" "$command"
    if ! eval "$command" >"$name.answer" 2>"$name.status"; then
        printf 'curl failed: %s\n' "$(<"$name.status")"
        return 1
    fi
    printf '%s %s\n' "$(<"$name.status")" "$(head -c 600 "$name.answer")"
}

# value NAME MEMBER: prints a text of an answer if it is safe in a command.
value() {
    python3 - "$1.answer" "$2" <<'PYTHON'
import json, re, sys
path, member = sys.argv[1:]
text = open(path, encoding="utf-8").read()
try:
    value = json.loads(text)[member]
except (ValueError, KeyError, TypeError) as error:
    sys.exit(f"{path}: no member {member!r} ({error!r}): {text[:600]}")
if not re.fullmatch(r"[A-Za-z0-9+/=-]+", value):
    sys.exit(f"{path}: {member} is {value!r}")
print(value)
PYTHON
}

# ---------------------------------------------------------------------------------------------------------------------
# Syncing all Global Objects: source

page a-1-login <<'PAGE'
curl -X POST --cacert /path/to/cert --header 'Content-Type: application/json' --header 'Accept: application/json' -d '{ "username": "user123", "password": "pw123" }' 'https://a.example.com/masking/api/login'
PAGE
token=$(value a-1-login Authorization)
token_a=$token

page a-2-identifier <<'PAGE'
curl -X GET --cacert /path/to/cert --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://a.example.com/masking/api/syncable-objects?object_type=GLOBAL_OBJECT'
PAGE

page a-3-export <<'PAGE'
curl -X POST --cacert /path/to/cert --header 'Content-Type: application/json' --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'passphrase: my example passphrase' -d '[{"objectIdentifier":{"id":"global"},"objectType":"GLOBAL_OBJECT"}]' 'https://a.example.com/masking/api/export-async'
PAGE
export_reference=$(value a-3-export reference)

page a-4-download <<'PAGE'
curl -X GET --cacert /path/to/cert --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://a.example.com/masking/api/file-downloads/EXPORT-ZXhwb3J0X2RvY3VtZW50Xzk0Wjlva3JDLmpzb24='
PAGE
cp a-4-download.answer export.json

CURL_CA_BUNDLE=$ca page a-5-cleanup <<'PAGE'
curl -X DELETE --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://a.example.com/masking/api/export-async'
PAGE

# Not on the page: "cleanup" must delete the document.
page a-6-gone <<'PAGE'
curl -X GET --cacert /path/to/cert --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://a.example.com/masking/api/file-downloads/EXPORT-ZXhwb3J0X2RvY3VtZW50Xzk0Wjlva3JDLmpzb24='
PAGE

# Destination

page b-1-login <<'LIKE'
curl -X POST --cacert /path/to/cert --header 'Content-Type: application/json' --header 'Accept: application/json' -d '{ "username": "user123", "password": "pw123" }' 'https://b.example.com/masking/api/login'
LIKE
token=$(value b-1-login Authorization)
token_b=$token

page b-2-import <<'PAGE'
curl -X POST --cacert /path/to/cert --header 'Content-Type: multipart/form-data' --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'passphrase: my example passphrase' -F file=@export.json 'https://b.example.com/masking/api/import-async?force_overwrite=true'
PAGE
import_reference=$(value b-2-import reference)

page b-3-status <<'PAGE'
curl -X GET --cacert /path/to/cert --header 'Accept: application/octet-stream' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://b.example.com/masking/api/file-downloads/IMPORT-aW1wb3J0X2RvY3VtZW50X2lZQVFKWEFsLmpzb24='
PAGE

page b-4-cleanup <<'PAGE'
curl -X DELETE --cacert /path/to/cert --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://b.example.com/masking/api/import-async'
PAGE

page b-5-gone <<'PAGE'
curl -X GET --cacert /path/to/cert --header 'Accept: application/octet-stream' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://b.example.com/masking/api/file-downloads/IMPORT-aW1wb3J0X2RvY3VtZW50X2lZQVFKWEFsLmpzb24='
PAGE

# ---------------------------------------------------------------------------------------------------------------------
# Syncing a Masking Job

token=$token_a
page c-0-jobs <<'LIKE'
curl -X GET --cacert /path/to/cert --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://a.example.com/masking/api/syncable-objects?object_type=MASKING_JOB'
LIKE

page c-1-export <<'PAGE'
curl -X POST --cacert /path/to/cert --header 'Content-Type: application/json' --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'passphrase: my example passphrase' -d '[ { "objectIdentifier": { "id": 4 }, "objectType": "MASKING_JOB" } ]' 'https://a.example.com/masking/api/export'
PAGE
cp c-1-export.answer export.json

token=$token_b
page c-2-import <<'PAGE'
curl -X POST --cacert /path/to/cert --header 'Content-Type: application/json' --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'passphrase: my example passphrase' -d @/path/to/export.json 'https://b.example.com/masking/api/import?force_overwrite=false&environment_id=1'
PAGE

# "To sync a profile job, swap out the objectType for "PROFILE_JOB" and provide the id of the profile job to sync."

token=$token_a
page d-0-jobs <<'LIKE'
curl -X GET --cacert /path/to/cert --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' 'https://a.example.com/masking/api/syncable-objects?object_type=PROFILE_JOB'
LIKE

page d-1-export <<'LIKE'
curl -X POST --cacert /path/to/cert --header 'Content-Type: application/json' --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'passphrase: my example passphrase' -d '[ { "objectIdentifier": { "id": 6 }, "objectType": "PROFILE_JOB" } ]' 'https://a.example.com/masking/api/export'
LIKE
cp d-1-export.answer export.json

token=$token_b
page d-2-import <<'PAGE'
curl -X POST --cacert /path/to/cert --header 'Content-Type: application/json' --header 'Accept: application/json' --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'passphrase: my example passphrase' -d @/path/to/export.json 'https://b.example.com/masking/api/import?force_overwrite=false&environment_id=1'
PAGE

# The boxes of the second part, over http and with another passphrase.

token=$token_a
page e-1-export <<'LIKE'
curl -X POST --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'Content-Type: application/json' --header 'Accept: application/json' --header 'passphrase: password to encrypt the export document' -d '[
  {
    "objectIdentifier": {
      "id": 4
    },
    "objectType": "MASKING_JOB"
  }
]' 'http://a.example.com/masking/api/export'
LIKE
cp e-1-export.answer export.json

token=$token_b
page e-2-import <<'LIKE'
curl -X POST --header 'Authorization: dc2cff8b-e20d-4e28-8b7e-5d7c4aad0e2a' --header 'Content-Type: application/json' --header 'Accept: application/json' --header 'passphrase: password to encrypt the export document' -d @/path/to/export.json 'http://b.example.com/masking/api/import?force_overwrite=false&environment_id=1'
LIKE

printf '\n--- answers beside the page\n'
python3 "$here/check_answers.py" "$PWD"
