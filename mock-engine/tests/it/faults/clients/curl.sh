#!/usr/bin/env bash
# What curl says to each broken connection: curl.sh URL TLS_URL. One line per fault: its name, the exit code, the message.
set -uo pipefail

call() {
    local fault=$1 url=$2 limit=30 message
    # Only a silent connection needs to end soon; the others may be slow on a busy machine.
    [[ $fault == silent ]] && limit=0.5
    message=$(curl --silent --show-error --insecure --max-time "$limit" --output /dev/null "$url" 2>&1)
    printf '%s\t%s\t%s\n' "$fault" $? "$message"
}

for fault in close reset silent shortBody badChunk garbage; do
    call "$fault" "$1/masking/api/environments?fault=$fault"
done
call refuseTls "$2/masking/api/environments"
