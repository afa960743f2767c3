#!/usr/bin/env bash
# What people do without this toolkit: check the signature of each document with jq, base64 and openssl, and nothing else.
#
#     find exports -name '*.json' -print0 | xargs -0 -n 10 -P "$(nproc)" xtask/compare/signatures.sh
#
# Only for documents sealed under records-v1, where the signature covers everything in front of the trailer: that is its
# length (4 bytes), the export id (38 bytes) and the signature behind 2 more.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
for document in "$@"; do
    jq -r '.signature, .publicKey, .blob' "$document" >"$work/parts"
    {
        read -r signature
        read -r key
        base64 -d >"$work/blob"
    } <"$work/parts"
    base64 -d <<<"$signature" >"$work/signature"
    base64 -d <<<"$key" >"$work/key"
    trailer=$((44 + $(stat -c %s "$work/signature")))
    head -c "-$trailer" "$work/blob" |
        openssl dgst -sha1 -verify "$work/key" -keyform DER -signature "$work/signature" >/dev/null &&
        printf '%s: valid\n' "$document"
done
