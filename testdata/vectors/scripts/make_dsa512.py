#!/usr/bin/env python3
"""Makes 512-bit SHA-1 vectors with OpenSSL and the JDK and lets both judge every one. Usage: make_dsa512.py OUT

Every run makes new keys, so the file changes; the verdicts must not.
"""
import base64
import json
import pathlib
import secrets
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent


def b64(data):
    return base64.b64encode(data).decode()


def run(*command, data=None):
    done = subprocess.run(command, input=data, capture_output=True)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def integer(value):
    data = value.to_bytes(value.bit_length() // 8 + 1)
    return tlv(2, data)


def tlv(tag, data):
    size = len(data)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else bytes([0x82]) + size.to_bytes(2)
    return bytes([tag]) + length + data


def openssl_pairs(work, parameters, count, origin):
    """OpenSSL 3.0 makes 512-bit parameters, signs and verifies with them, but refuses to make a key (ffc_validate_LN).

    So the secret is drawn here and handed to OpenSSL in the traditional form.
    """
    p, q, g = parameters
    for i in range(count):
        x = 1 + secrets.randbelow(q - 1)
        body = b"".join(map(integer, (0, p, q, g, pow(g, x, p), x)))
        text = base64.encodebytes(tlv(0x30, body)).decode()
        pem = f"-----BEGIN DSA PRIVATE KEY-----\n{text}-----END DSA PRIVATE KEY-----\n"
        pathlib.Path(f"{work}/key.pem").write_text(pem)
        key = run("openssl", "pkey", "-in", f"{work}/key.pem", "-pubout", "-outform", "DER")
        message = f"message {i} from OpenSSL, {origin}".encode() if i else b""
        signature = run("openssl", "dgst", "-sha1", "-sign", f"{work}/key.pem", data=message)
        yield dict(origin=origin, key=key, signature=signature, message=message)


def parameters_of(der):
    """p, q and g of a DER SEQUENCE { p, q, g } or of something that contains one."""
    numbers = []
    at = der.index(bytes.fromhex("30819c"), 0) if bytes.fromhex("30819c") in der else der.index(b"\x30\x81")
    at += 3
    while len(numbers) < 3:
        assert der[at] == 2
        numbers.append(int.from_bytes(der[at + 2 : at + 2 + der[at + 1]]))
        at += 2 + der[at + 1]
    return numbers


def split(signature):
    r_length = signature[3]
    s_at = 4 + r_length + 2
    return (int.from_bytes(signature[4 : 4 + r_length]), int.from_bytes(signature[s_at:]))


def der(r, s):
    return tlv(0x30, integer(r) + integer(s))


def variants(case, other):
    yield "honest", case
    flipped = case["message"] + b"x" if not case["message"] else bytes([case["message"][0] ^ 1]) + case["message"][1:]
    yield "message flipped", case | dict(message=flipped)
    r, s = split(case["signature"])
    yield "r flipped", case | dict(signature=der(r ^ 2, s))
    yield "s flipped", case | dict(signature=der(r, s ^ 2))
    yield "r and s swapped", case | dict(signature=der(s, r))
    yield "key of another pair", case | dict(key=other["key"])


def openssl_verdict(work, case):
    for name in ("key", "signature", "message"):
        pathlib.Path(f"{work}/{name}").write_bytes(case[name])
    command = ["openssl", "dgst", "-sha1", "-keyform", "DER", "-verify", f"{work}/key", "-signature"]
    done = subprocess.run([*command, f"{work}/signature", f"{work}/message"], capture_output=True)
    return "valid" if done.returncode == 0 and b"Verified OK" in done.stdout else "invalid"


def main():
    with tempfile.TemporaryDirectory() as work:
        made = run("java", str(HERE / "DsaMaker.java"), "6").decode().split("\n")
        pairs = []
        for line in filter(None, made):
            key, signature, message = map(base64.b64decode, line.split())
            pairs.append(dict(origin="JDK 17, own parameters", key=key, signature=signature, message=message))
        pairs += openssl_pairs(work, parameters_of(pairs[0]["key"]), 4, "OpenSSL 3.0, JDK's parameters")
        run(
            "openssl", "genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:512",
            "-pkeyopt", "dsa_paramgen_q_bits:160", "-out", f"{work}/own.pem",
        )
        own = base64.b64decode("".join(pathlib.Path(f"{work}/own.pem").read_text().split("\n")[1:-2]))
        pairs += openssl_pairs(work, parameters_of(own), 4, "OpenSSL 3.0, fresh parameters")

        cases = []
        for i, pair in enumerate(pairs):
            # The other key has the same parameters where possible, so that only y differs.
            other = pairs[i - 1] if i and pairs[i - 1]["origin"] == pair["origin"] else pairs[i + 1]
            for what, case in variants(pair, other):
                cases.append((what, case))
        lines = "".join(f"SHA1 {b64(c['key'])} {b64(c['signature'])} {b64(c['message']) or '-'}\n" for _, c in cases)
        java = run("java", str(HERE / "DsaOracle.java"), data=lines.encode()).decode().split()
        out = []
        for (what, case), java_verdict in zip(cases, java, strict=True):
            out.append(
                dict(
                    origin=case["origin"], case=what, key=b64(case["key"]), signature=b64(case["signature"]),
                    message=b64(case["message"]), openssl=openssl_verdict(work, case), java=java_verdict,
                )
            )
        pathlib.Path(sys.argv[1]).write_text(json.dumps(out, indent=0) + "\n")
        for verdict in ("valid", "invalid", "error"):
            print(verdict, sum(c["openssl"] == verdict for c in out), sum(c["java"] == verdict for c in out))


main()
