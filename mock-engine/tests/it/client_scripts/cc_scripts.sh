#!/usr/bin/env bash
# delphix-cc-scripts: algorithms from uploaded files, domains, classifiers and their sets, mounts and LDAP, with curl.
#
# It requests the server's root first, writes a slash before the query, clears `Expect:`, reads the status from curl's
# verbose output, expects { or [ at the start of the body, and polls a task until it is SUCCEEDED or FAILED.
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

# call NAME STATUSES CURL-ARGUMENT...: prints the body if the status is an expected one.
call() {
    local name=$1 wanted=$2 status body
    shift 2
    curl -sS -v --http1.1 --keepalive-time 2 -H 'Expect:' -o "$work/body" "$@" 2>"$work/talk" || fail "$name to be answered"
    # The status of the last answer. Builtins, since a program per check costs more than the call.
    status=$(<"$work/talk") status=${status##*'< HTTP'} status=${status#* } status=${status:0:3}
    [[ " $wanted " == *" $status "* ]] || fail "$name to be answered with $wanted"
    if [[ -s $work/body ]]; then
        body=$(<"$work/body")
        [[ $body == [{[]* ]] || fail "$name to be answered with JSON on the first line"
        [[ $body != *errorMessage* || $status -ge 400 ]] || fail "$name to be no error"
        printf '%s\n' "$body"
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

# It finds a framework by its name and reads two ids.
frameworks=$(call 'the frameworks' 200 -X GET "${json[@]}" \
    "$api/algorithm/frameworks/?include_schema=false&page_number=1&page_size=256")
read -r framework plugin < <(jq -r '.responseList[] | select(.frameworkName == "Secure Lookup")
    | "\(.frameworkId) \(.plugin.pluginId)"' <<<"$frameworks")
[[ $framework =~ ^[0-9]+$ && $plugin =~ ^[0-9]+$ ]] || fail 'the ids of the framework Secure Lookup'

body=$(jq -n --arg uri "$reference" --argjson framework "$framework" --argjson plugin "$plugin" '{algorithmName: "cc_lookup", algorithmType: "COMPONENT", description: "",
    maskType: "STRING",
    frameworkId: $framework, pluginId: $plugin, algorithmExtension: {lookupFile: {uri: $uri}, hashMethod: "SHA256"}}')
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

call 'the algorithms' 200 -X GET "${json[@]}" "$api/algorithms/?page_number=1&page_size=256" |
    jq -e '.responseList[] | select(.algorithmName == "cc_lookup") | .algorithmType == "COMPONENT"' >/dev/null ||
    fail 'the algorithm in its list'

call 'the domain' 200 -X POST "${json[@]}" \
    -d '{"domainName": "CC_DOMAIN", "classification": "CUSTOMER-FACING", "defaultAlgorithmCode": "cc_lookup",
    "defaultTokenizationCode": ""}' "$api/domains" |
    jq -e '.defaultAlgorithmCode == "cc_lookup" and (.defaultTokenizationCode // "") == ""' >/dev/null ||
    fail 'a domain without tokenization'
call 'the domain again' 409 -X POST "${json[@]}" \
    -d '{"domainName": "CC_DOMAIN", "defaultAlgorithmCode": "cc_lookup"}' "$api/domains" |
    jq -e '.errorMessage | contains("already exists")' >/dev/null || fail 'the text of a conflict'
# Classifiers refer to their framework by id.
data=$(call 'the frameworks of classifiers' 200 -X GET "${json[@]}" "$api/classifiers/frameworks?include_schema=false" |
    jq '[.responseList[] | {key: .frameworkName, value: .frameworkId}] | from_entries | .DATA')
[[ $data =~ ^[0-9]+$ ]] || fail 'the id of the framework DATA'
classifier=$(jq -n --argjson id "$data" '{classifierName: "CC_CLASSIFIER", description: "d", frameworkId: $id,
    domainName: "CC_DOMAIN", classifierConfiguration: {allowedTypes: ["String"], rejectStrength: 0.5}}')
call 'the classifier' 200 -X POST "${json[@]}" -d "$classifier" "$api/classifiers" >/dev/null
call 'the classifier again' 409 -X POST "${json[@]}" -d "$classifier" "$api/classifiers" |
    jq -e '.errorMessage | contains("Classifier already exists")' >/dev/null || fail 'the text of a conflict'
ids=$(call 'the classifiers' 200 -X GET "${json[@]}" "$api/classifiers?page_number=1&page_size=256" |
    jq -c '[.responseList[] | select(.classifierName == "CC_CLASSIFIER") | .classifierId]')
[[ $ids =~ ^\[[0-9]+\]$ ]] || fail 'the classifier in its list'
call 'the profile set' 200 -X POST "${json[@]}" \
    -d "{\"profileSetName\": \"CC_SET\", \"classifierIds\": $ids, \"description\": \"d\"}" "$api/profile-sets" |
    jq -e --argjson ids "$ids" '.classifierIds == $ids' >/dev/null || fail 'the classifiers of the set'

mount='{"mountName": "cc_share", "hostAddress": "files.example.com", "mountPath": "/share", "type": "NFS4", "options": "rw",
    "connectOnStartup": true}'
call 'the mount' 200 -X POST "${json[@]}" -d "$mount" "$api/mount-filesystem" >/dev/null
# mounted: the id and status of the mount in the list.
mounted() {
    call 'the mounts' 200 -X GET "${json[@]}" "$api/mount-filesystem?page_number=1&page_size=256" |
        jq -r '.responseList[] | select(.mountName == "cc_share") | "\(.mountId) \(.status)"'
}
read -r id status < <(mounted)
[[ $status == DISCONNECTED ]] || fail "a mount that waits, not $status"
for turn in 'connect ACTIVE' 'disconnect DISCONNECTED'; do
    read -r action wanted <<<"$turn"
    call "$action" 200 -X PUT "${json[@]}" "$api/mount-filesystem/$id/$action" |
        jq -e --arg wanted "$wanted" '.status == $wanted and .mountName == "cc_share"' >/dev/null || fail "$wanted"
    [[ $(mounted) == "$id $wanted" ]] || fail "$wanted in the list"
done
call 'deleting the mount' '200 204' -X DELETE "${json[@]}" "$api/mount-filesystem/$id" >/dev/null
[[ -z $(mounted) ]] || fail 'the mount to be gone'

# ldap_settings: the ids and values in the list.
ldap_settings() {
    call 'the settings' 200 -X GET "${json[@]}" \
        "$api/application-settings?setting_group=ldap&page_number=1&page_size=10" |
        jq -c '[.responseList[] | {key: .settingName, value: .settingValue}] | from_entries'
}
[[ $(ldap_settings | jq -r .Enable) == false ]] || fail 'LDAP to be off'
changed=
while IFS='|' read -r id name value; do
    call "setting $name" 200 -X PUT "${json[@]}" -d "$(jq -n --arg value "$value" '{settingValue: $value}')" \
        "$api/application-settings/$id" |
        jq -e --arg name "$name" --arg value "$value" '.settingName == $name and .settingValue == $value' >/dev/null ||
        fail "$name under its id with the value $value"
    changed+="$name=$value"$'\n'
done <<'SETTINGS'
31|LdapHost|ldap.example.com
32|LdapPort|636
33|LdapBasedn|DC=example,DC=com
34|LdapFilter|(&(objectClass=person)(uid=?))
35|MsadDomain|EX
51|LdapTlsEnable|true
30|Enable|true
SETTINGS
listed=$(ldap_settings | jq -r 'to_entries[] | "\(.key)=\(.value)"')
while read -r setting; do
    [[ $'\n'$listed$'\n' == *$'\n'"$setting"$'\n'* ]] || fail "$setting in the list"
done <<<"${changed%$'\n'}"

call 'deleting the domain' '200 204 409' -X DELETE "${json[@]}" "$api/domains/CC_DOMAIN" >/dev/null

call logout '200 204' -X PUT "${json[@]}" "$api/logout" >/dev/null
call 'a call after logout' 401 -X GET "${json[@]}" "$api/domains/?page_size=256" >/dev/null
