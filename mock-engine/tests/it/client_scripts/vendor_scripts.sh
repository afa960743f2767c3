#!/usr/bin/env bash
# The vendor's example scripts. They read the first page of lists, select the entries to export with jq, ignore the status
# and regard an object with an errorMessage as an error; arrays must work, too. They create environments with the
# application's name.
#
# vendor_scripts.sh SOURCE TARGET
set -euo pipefail

# call URL TOKEN METHOD PATH ARGUMENT...: prints the body, which must be no error.
call() {
    local url=$1 token=$2 method=$3 path=$4 body
    shift 4
    body=$(curl -s -X "$method" -H 'Content-Type: application/json' -H 'Accept: application/json' \
        -H "Authorization: $token" "$@" "$url/masking/api/$path")
    if [[ $(jq -r 'if type == "object" then .errorMessage else null end' <<<"$body") != null ]]; then
        printf 'expected %s %s to work; came: %.3000s\n' "$method" "$path" "$body" >&2
        return 1
    fi
    printf '%s\n' "$body"
}

login() {
    call "$1" '' POST login -d '{ "username": "admin", "password": "Admin-12" }' | jq -r .Authorization
}

source_token=$(login "$1")
target_token=$(login "$2")

algorithms=$(call "$1" "$source_token" GET syncable-objects |
    jq -c '[.responseList[] | select(.objectIdentifier.algorithmName != null)
        | select(.revisionHash | startswith("Not Syncable") | not)]')
[[ $(jq length <<<"$algorithms") -ge 4 ]] || { printf 'expected algorithms; came: %s\n' "$algorithms" >&2; exit 1; }
document=$(mktemp)
trap 'rm -f "$document"' EXIT
call "$1" "$source_token" POST export -d "$algorithms" >"$document"
rows=$(call "$2" "$target_token" POST 'import?force_overwrite=true' -d "@$document")
[[ $(jq 'map(.importStatus) | unique | join(",")' <<<"$rows") == '"SUCCESS"' ]] ||
    { printf 'expected success for every algorithm; came: %.3000s\n' "$rows" >&2; exit 1; }

call "$2" "$target_token" POST applications -d '{ "applicationName": "App" }' >/dev/null
environment=$(call "$2" "$target_token" POST environments \
    -d '{ "environmentName": "Env", "application": "App", "purpose": "MASK" }' | jq -r .environmentId)

# The job's domains are missing, so the answer is an error with an array as its body.
call "$1" "$source_token" POST export -d '[{ "objectIdentifier": { "id": 4 }, "objectType": "MASKING_JOB" }]' >"$document"
rows=$(call "$2" "$target_token" POST "import?force_overwrite=false&environment_id=$environment" -d "@$document")
[[ $(jq '[.[] | select(.importStatus == "FAILED") | .failureMessage] | length' <<<"$rows") == 1 ]] ||
    { printf 'expected one object to fail, with a message; came: %.3000s\n' "$rows" >&2; exit 1; }
for list in environments applications database-connectors masking-jobs; do
    call "$2" "$target_token" GET "$list" | jq -e '.responseList | type == "array"' >/dev/null
done
