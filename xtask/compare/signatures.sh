#!/usr/bin/env bash
# Checks the signature of each document with jq, base64 and openssl, as people do without this toolkit.
#
#     find exports -name '*.json' -print0 | xargs -0 -n 10 -P "$(nproc)" xtask/compare/signatures.sh
#
# Only for documents sealed under records-v1, whose signature covers everything before the trailer record. That record is its
# length (4 bytes), the export id (38 bytes) and the signature with 2 more bytes.
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
