#!/usr/bin/env bash
# delphix-cc-scripts: extended algorithms from uploaded files, with curl.
#
# Looks at the root of the server first; writes a slash before the query; blanks out `Expect:`; reads the status from
# curl's talk and wants the body's first line to begin with { or [; polls the task until SUCCEEDED or FAILED.
#
# cc_scripts.sh ENGINE
set -euo pipefail

engine=$1
api=$engine/masking/api/v5.1.27
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    printf 'expected %s; came: %s\n' "$1" "$(cat "$work/talk" "$work/body" 2>/dev/null)" >&2
    exit 1
}

# call NAME STATUSES CURL-ARGUMENT...: the answer's body, if the status is one of those expected.
call() {
    local name=$1 wanted=$2 status
    shift 2
    curl -sS -v --http1.1 --keepalive-time 2 -H 'Expect:' -o "$work/body" "$@" 2>"$work/talk" || fail "$name to be answered"
    status=$(grep '^< HTTP' "$work/talk" | tail -1 | cut -d' ' -f3)
    grep -qwF -- "$status" <<<"$wanted" || fail "$name to be answered with $wanted"
    if [[ -s $work/body ]]; then
        head -1 "$work/body" | grep -q '^[{[]' || fail "$name to be answered with JSON on the first line"
        ! grep -q errorMessage "$work/body" || [[ $status -ge 400 ]] || fail "$name to be no error"
        cat "$work/body"
    fi
}

call 'the root' '200 301 302 303 307 308' -X GET "$engine/" >/dev/null

token=$(call login 200 -X POST -H 'Content-Type: application/json' -H 'Accept: application/json' \
    -d '{"username": "admin", "password": "Admin-12"}' "$api/login" | jq -r .Authorization)
json=(-H "Authorization: $token" -H 'Content-Type: application/json' -H 'Accept: application/json')

for list in algorithms/ domains/ classifiers/ profile-sets/ 'algorithm/frameworks/'; do
    call "$list" 200 -X GET "${json[@]}" "$api/$list?include_schema=true&page_number=1&page_size=256" |
        jq -e '._pageInfo.total >= 0 and (.responseList | type) == "array"' >/dev/null || fail "a list at $list"
done

printf 'alpha\nbeta\n' >"$work/values.txt"
upload=$(call 'the upload' 200 -X POST -H "Authorization: $token" -H 'Accept: application/json' \
    -F "file=@$work/values.txt;type=text/plain" "$api/file-uploads?permanent=false")
reference=$(jq -r .fileReferenceId <<<"$upload")
[[ $reference == delphix-file://upload/f_*/values.txt ]] || fail "a reference to the upload, not $reference"

body=$(jq -n --arg uri "$reference" '{algorithmName: "cc_lookup", algorithmType: "COMPONENT", description: "",
    frameworkId: 26, pluginId: 7, algorithmExtension: {lookupFile: {uri: $uri}, hashMethod: "SHA256"}}')
task=$(call 'the algorithm' 200 -X POST "${json[@]}" -d "$body" "$api/algorithms" | jq -r .asyncTaskId)
[[ $task =~ ^[0-9]+$ ]] || fail "a task for the algorithm, not $task"
for ((poll = 0; ; poll++)); do
    status=$(call 'the task' 200 -X GET "${json[@]}" "$api/async-tasks/$task" | jq -r .status)
    case $status in
    SUCCEEDED) break ;;
    FAILED) fail 'the task to succeed' ;;
    esac
    ((poll < 50)) || fail 'the task to end'
    sleep 0.2
done

call 'the domain' 200 -X POST "${json[@]}" \
    -d '{"domainName": "CC_DOMAIN", "classification": "CUSTOMER-FACING", "defaultAlgorithmCode": "cc_lookup"}' \
    "$api/domains" >/dev/null
call 'the domain again' 409 -X POST "${json[@]}" \
    -d '{"domainName": "CC_DOMAIN", "defaultAlgorithmCode": "cc_lookup"}' "$api/domains" |
    jq -e '.errorMessage | contains("already exists")' >/dev/null || fail 'the text of a conflict'
classifier='{"classifierName": "CC_CLASSIFIER", "frameworkId": 1, "domainName": "CC_DOMAIN", "properties": {}}'
id=$(call 'the classifier' 200 -X POST "${json[@]}" -d "$classifier" "$api/classifiers" | jq -r .classifierId)
call 'the classifier again' 409 -X POST "${json[@]}" -d "$classifier" "$api/classifiers" |
    jq -e '.errorMessage | contains("Classifier already exists")' >/dev/null || fail 'the text of a conflict'
call 'the profile set' 200 -X POST "${json[@]}" \
    -d "{\"profileSetName\": \"CC_SET\", \"profileExpressionIds\": [], \"classifierIds\": [$id]}" \
    "$api/profile-sets" >/dev/null
call 'deleting the domain' '200 204 409' -X DELETE "${json[@]}" "$api/domains/CC_DOMAIN" >/dev/null

call logout '200 204' -X PUT "${json[@]}" "$api/logout" >/dev/null
call 'a call after logout' 401 -X GET "${json[@]}" "$api/domains/?page_size=256" >/dev/null
