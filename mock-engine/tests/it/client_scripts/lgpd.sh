#!/usr/bin/env bash
# lgpd: creates everything from the application to the jobs, with curl and without a JSON parser.
#
# It logs in as `Admin`, finds ids in the first page by `"memberId":N` without a blank, and sends unknown members in the
# options of a job.
#
# lgpd.sh ENGINE
set -euo pipefail

api=$1/masking/api

fail() {
    printf 'expected %s\n' "$*" >&2
    exit 1
}

# call METHOD PATH [BODY]: prints the answer of a call, which must succeed.
call() {
    local answer
    answer=$(curl -sS -w '\n%{http_code}' -X "$1" -H "Authorization: ${token:-}" -H 'Content-Type: application/json' \
        -H 'Accept: application/json' ${3+-d "$3"} "$api/$2") || fail "$1 $2 to be answered"
    [[ ${answer##*$'\n'} == 20[01] ]] || fail "$1 $2 to succeed; came: $answer"
    printf '%s\n' "${answer%$'\n'*}"
}

# make PATH MEMBER BODY: creates a row and prints its id.
make() {
    local answer id
    answer=$(call POST "$1" "$3")
    id=$(grep -o "\"$2\":[0-9]*" <<<"$answer" | head -1 | cut -d: -f2)
    [[ -n $id ]] || fail "\"$2\":N in the answer to POST $1; came: $answer"
    printf '%s\n' "$id"
}

# find PATH NAME VALUE MEMBER: prints the id of a row in the first page.
find_id() {
    local id
    id=$(call GET "$1" | jq -r --arg value "$3" ".responseList[] | select(.$2 == \$value) | .$4")
    [[ $id =~ ^[0-9]+$ ]] || fail "one $1 with $2 $3; came: $id"
    printf '%s\n' "$id"
}

token=$(call POST login '{"username": "Admin", "password": "Admin-12"}' | jq -r .Authorization)
call POST applications '{"applicationName": "LGPD"}' >/dev/null
find_id applications applicationName LGPD applicationId >/dev/null
call POST environments '{"environmentName": "LGPD env", "application": "LGPD", "purpose": "MASK"}' >/dev/null
environment=$(find_id environments environmentName 'LGPD env' environmentId)

call POST domains '{"domainName": "CPF", "classification": "CUSTOMER-FACING", "defaultAlgorithmCode": "SSN"}' >/dev/null
expressions=7,8,11,22,23,49,50
for name in 'CPF column' 'CPF number'; do
    id=$(make profile-expressions profileExpressionId \
        "{\"domainName\": \"CPF\", \"expressionName\": \"$name\", \"regularExpression\": \"cpf\", \"dataLevelProfiling\": false}")
    expressions+=",$id"
done
call POST profile-sets "{\"profileSetName\": \"LGPD\", \"profileExpressionIds\": [$expressions]}" >/dev/null
call GET profile-sets | jq -e --argjson ids "[$expressions]" \
    '.responseList[] | select(.profileSetName == "LGPD") | .profileExpressionIds | sort == ($ids | sort)' >/dev/null ||
    fail "the set to have the expressions $expressions"
# The fixed ids are those of the stock.
call GET profile-expressions | jq -e '[.responseList[] | {key: "\(.profileExpressionId)", value: .expressionName}]
    | from_entries | [."7", ."11", ."50"] == ["Credit Card Number", "Email", "IP Address"]' >/dev/null ||
    fail 'stock expressions under their ids'

call POST database-connectors "{\"connectorName\": \"LGPD\", \"databaseType\": \"ORACLE\", \"environmentId\": $environment,
    \"host\": \"db.example.com\", \"port\": 1521, \"sid\": \"S\", \"schemaName\": \"HR\", \"username\": \"hr\",
    \"password\": \"Secret-1\"}" >/dev/null
connector=$(find_id database-connectors connectorName LGPD databaseConnectorId)
call POST database-rulesets "{\"rulesetName\": \"LGPD\", \"databaseConnectorId\": $connector}" >/dev/null
ruleset=$(find_id database-rulesets rulesetName LGPD databaseRulesetId)
tables=0
while read -r table; do
    make table-metadata tableMetadataId \
        "{\"tableName\": \"$table\", \"rulesetId\": $ruleset, \"keyColumn\": \"ROWID\"}" >/dev/null
    tables=$((tables + 1))
done < <(call GET "database-connectors/$connector/fetch" | jq -r '.[]')
((tables > 0)) || fail 'tables behind the connector'
call GET "table-metadata?ruleset_id=$ruleset" | jq -e --argjson tables "$tables" \
    '(.responseList | length) == $tables and all(.responseList[]; .keyColumn == "ROWID")' >/dev/null ||
    fail "$tables tables with their key column"

set=$(find_id profile-sets profileSetName LGPD profileSetId)
call POST profile-jobs "{\"jobName\": \"LGPD profile\", \"rulesetId\": $ruleset, \"profileSetId\": $set,
    \"jobDescription\": \"d\"}" >/dev/null
find_id profile-jobs jobName 'LGPD profile' profileJobId >/dev/null
call POST masking-jobs "{\"jobName\": \"LGPD mask\", \"rulesetId\": $ruleset, \"onTheFlyMasking\": false,
    \"databaseMaskingOptions\": {\"minMemory\": 1024, \"maxMemory\": 1024, \"numInputStreams\": 1,
    \"dropConstraints\": true, \"commitSize\": 20000, \"batchUpdate\": true}}" >/dev/null
job=$(find_id masking-jobs jobName 'LGPD mask' maskingJobId)
call GET "masking-jobs/$job" | jq -e --argjson ruleset "$ruleset" \
    '.rulesetId == $ruleset and .databaseMaskingOptions.commitSize == 20000' >/dev/null || fail 'the job as it was sent'
