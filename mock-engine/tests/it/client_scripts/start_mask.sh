#!/usr/bin/env bash
# A script that starts masking jobs without a JSON parser. It cuts the token out of the login's only line, and sends a
# header without a blank after the colon and a path with a bare question mark.
#
# start_mask.sh ENGINE
set -euo pipefail

api=$1/masking/api/v5.1.31

fail() {
    printf 'expected %s; came: %.3000s\n' "$1" "$2" >&2
    exit 1
}

call() {
    curl -sS -X "$1" "$api/$2" -H "Authorization:$token" -H 'Content-Type:application/json' "${@:3}"
}

refused=$(curl -sS -X POST -H 'Content-Type:application/json' -d '{"username":"admin","password":""}' "$api/login")
text=$(cut -d'"' -f4 <<<"$refused" | tr -d ' ')
[[ $text == Invalidusernameorpassword ]] || fail 'the text for a wrong password' "$refused"

answer=$(curl -sS -X POST -H 'Content-Type:application/json' -d '{"username":"admin","password":"Admin-12"}' "$api/login")
token=$(cut -d'"' -f4 <<<"$answer")
[[ $token =~ ^[0-9a-f-]{36}$ ]] || fail 'a token as the fourth field' "$answer"

environments=$(call GET 'environments?')
environment=$(grep -o '"environmentId":[0-9]*' <<<"$environments" | head -1 | cut -d: -f2 || true)
[[ -n $environment ]] || fail 'an environment' "$environments"
jobs=$(call GET 'masking-jobs?page_number=1&page_size=1000')
grep -q '"maskingJobId":4\b' <<<"$jobs" || fail 'masking job 4' "$jobs"

monitor=$(call GET 'monitor-task?')
[[ $monitor != *errorMessage* ]] || fail 'a list of running tasks' "$monitor"

started=$(call POST executions -d '{"jobId":4}')
execution=$(grep -o '"executionId":[0-9]*' <<<"$started" | cut -d: -f2 || true)
[[ -n $execution ]] || fail 'an execution' "$started"
for ((poll = 0; ; poll++)); do
    state=$(call GET "executions/$execution")
    status=$(grep -o '"status":"[A-Z_]*"' <<<"$state" | cut -d'"' -f4 || true)
    [[ $status == SUCCEEDED ]] && break
    [[ $status == RUNNING ]] && ((poll < 100)) || fail 'the execution to run and succeed' "$state"
    sleep 0.1
done
