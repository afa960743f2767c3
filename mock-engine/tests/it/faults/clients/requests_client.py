"""What Python requests raises for each broken connection: requests_client.py URL TLS_URL.

One line per fault: its name, the class of the exception, the message.
"""

import sys
import warnings

import requests

warnings.simplefilter("ignore")


def call(fault, url):
    try:
        # Only a silent connection needs to end soon; the others may be slow on a busy machine.
        requests.get(url, timeout=0.5 if fault == "silent" else 30, verify=False)
        print(fault, "-", "no exception", sep="\t")
    except requests.RequestException as error:
        print(fault, type(error).__name__, error, sep="\t")


for name in ["close", "reset", "silent", "shortBody", "badChunk", "garbage"]:
    call(name, f"{sys.argv[1]}/masking/api/environments?fault={name}")
call("refuseTls", f"{sys.argv[2]}/masking/api/environments")
