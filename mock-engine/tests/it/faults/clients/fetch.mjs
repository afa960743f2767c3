// What Node's fetch throws for each broken connection: fetch.mjs URL TLS_URL. One line per fault: its name, the class of
// the exception, the message with the code of its cause.

process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
process.removeAllListeners("warning");

async function call(fault, url) {
    try {
        // Only a silent connection needs to end soon; the others may be slow on a busy machine.
        const limit = fault === "silent" ? 500 : 30_000;
        const answer = await fetch(url, { signal: AbortSignal.timeout(limit) });
        await answer.text();
        console.log(`${fault}\t-\tno exception`);
    } catch (error) {
        const cause = error.cause?.code ?? "no cause";
        console.log(`${fault}\t${error.name}\t${error.message} (${cause})`);
    }
}

const [url, tls] = process.argv.slice(2);
for (const fault of ["close", "reset", "silent", "shortBody", "badChunk", "garbage"]) {
    await call(fault, `${url}/masking/api/environments?fault=${fault}`);
}
await call("refuseTls", `${tls}/masking/api/environments`);
