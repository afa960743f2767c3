#!/usr/bin/env bash
# The load script of a demo: imports stored documents into a fresh engine with curl. It can be repeated.
#
# It logs in over http and continues over https, writes header names in lower case, and sends ids as text.
#
# demo_load.sh SOURCE_ADDRESS TARGET_ADDRESS
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# request METHOD URL TOKEN ARGUMENT...
request() {
    local method=$1 url=$2 token=$3
    shift 3
    curl -sS -k -X "$method" "$url" -H 'accept: application/json' -H 'content-type: application/json' \
        -H "authorization: $token" "$@"
}

# fits WHAT FILTER BODY
fits() {
    jq -e "$2" <<<"$3" >/dev/null || {
        printf 'expected %s; came: %.3000s\n' "$1" "$3" >&2
        exit 1
    }
}

login() {
    curl -sS -X POST "http://$1/masking/api/v5.1.38/login" -H 'accept: application/json' \
        -H 'Content-Type: application/json' -d '{"username": "admin", "password": "Admin-12"}' | jq -r .Authorization
}

# The stored documents.
source=https://$1/masking/api/v5.1.38
token=$(login "$1")
objects=$(request GET "$source/syncable-objects?page_size=1000" "$token")
fits 'syncable objects' '._pageInfo.total > 0' "$objects"
store() {
    local entry
    entry=$(jq -c "[.responseList[] | select($2)] | .[:1]" <<<"$objects")
    request POST "$source/export" "$token" -d "$entry" >"$work/$1.json"
    fits "an export of $1 $entry" 'has("blob")' "$(<"$work/$1.json")"
}
store global '.objectType == "GLOBAL_OBJECT"'
store algorithm '.objectType == "LOOKUP"'
store profile_set '.objectType == "PROFILE_SET" and (.revisionHash | test("^[0-9a-f]{40}$"))'
environment=$(request GET "$source/masking-jobs/4" "$token" | jq -r .rulesetId)
environment=$(request GET "$source/database-rulesets/$environment" "$token" | jq -r .databaseConnectorId)
environment=$(request GET "$source/database-connectors/$environment" "$token" | jq -r .environmentId)
request GET "$source/syncable-objects/environments/$environment" "$token" | jq -c .responseList >"$work/entry"
request POST "$source/export" "$token" -d "@$work/entry" >"$work/environment.json"
fits "an export of environment $environment" 'has("blob")' "$(<"$work/environment.json")"

target=https://$2/masking/api/v5.1.38
token=$(login "$2")
# An environment for source connectors of on-the-fly jobs.
for run in 1 2; do
    made=$(request POST "$target/applications" "$token" -d '{"applicationName": "Demo"}')
    fits "the application in run $run" 'has("applicationId") or has("errorMessage")' "$made"
    application=$(request GET "$target/applications" "$token" | jq -r '.responseList[0].applicationId')
    for name in Demo Demo-source; do
        made=$(request POST "$target/environments" "$token" \
            -d "{\"environmentName\": \"$name\", \"applicationId\": \"$application\", \"purpose\": \"MASK\"}")
        fits "environment $name in run $run" 'has("environmentId") or has("errorMessage")' "$made"
    done
    list=$(request GET "$target/environments" "$token")
    fits 'two environments' '._pageInfo.total == 2' "$list"
    own=$(jq -r '.responseList[] | select(.environmentName == "Demo") | .environmentId' <<<"$list")
    other=$(jq -r '.responseList[] | select(.environmentName == "Demo-source") | .environmentId' <<<"$list")
    for document in global algorithm profile_set; do
        rows=$(request POST "$target/import?force_overwrite=true" "$token" --data-binary "@$work/$document.json")
        fits "import of $document, run $run" 'type == "array" and all(.[]; .importStatus == "SUCCESS")' "$rows"
    done
    query="force_overwrite=true&environment_id=$own&source_environment_id=$other"
    rows=$(request POST "$target/import?$query" "$token" --data-binary "@$work/environment.json")
    fits "import of the environment, run $run" 'type == "array" and all(.[]; .importStatus == "SUCCESS")' "$rows"
    jobs=$(request GET "$target/masking-jobs?page_number=1&environment_id=$own" "$token")
    fits "masking jobs, run $run" '._pageInfo.total > 0' "$jobs"
    [[ $run == 1 ]] && first=$jobs
done
fits 'the same jobs in both runs' '(.[0] | map(.maskingJobId)) == (.[1] | map(.maskingJobId))' \
    "$(jq -s 'map(.responseList)' <<<"$first $jobs")"
