"""A client that openapi-python-client generates from the mock's OpenAPI document. It syncs all global objects with tasks,
and a masking job with synchronous calls and a passphrase.

generated_client.py SOURCE TARGET DIRECTORY
"""

import importlib
import io
import pathlib
import subprocess
import sys
import time

from expect import expect

PASSPHRASE = "my example passphrase"


def generated(url, directory):
    """Generates the client as a package and returns a function that imports its modules."""
    package = pathlib.Path(directory) / "generated"
    program = pathlib.Path(sys.executable).parent / "openapi-python-client"
    command = [program, "generate", "--url", f"{url}/__admin/openapi.json", "--meta", "none", "--output-path", package]
    config = pathlib.Path(directory) / "config.yml"
    # Without post-processing, which formats the code and takes longer than the rest.
    config.write_text("post_hooks: []\n")
    run = subprocess.run([*command, "--config", config], capture_output=True, text=True)
    expect(run.returncode == 0 and "WARNING" not in run.stdout, "a client without warnings", run.stdout, run.stderr)
    sys.path.insert(0, str(directory))
    return lambda name: importlib.import_module(f"generated.{name}")


class Engine:
    """An engine that is called with generated code only."""

    def __init__(self, module, url):
        self.module = module
        self.client = module("client").Client(base_url=url, raise_on_unexpected_status=True)
        body = self.model("PostMaskingApiLoginBody").from_dict({"username": "user123", "password": "pw123"})
        token = self.call("post_masking_api_login", body=body).authorization
        clients = module("client")
        self.client = clients.AuthenticatedClient(
            base_url=url, token=token, prefix="", auth_header_name="Authorization", raise_on_unexpected_status=True
        )

    def model(self, name):
        return getattr(self.module("models"), name)

    def answer(self, operation, *path, **arguments):
        call = self.module(f"api.default.{operation}").sync_detailed
        answer = call(*path, client=self.client, **arguments)
        expect(answer.status_code == 200, f"200 from {operation}", str(answer.status_code), str(answer.content))
        return answer

    def call(self, operation, *path, **arguments):
        return self.answer(operation, *path, **arguments).parsed

    def listed(self, object_type):
        """The objects of one type."""
        kinds = self.model("GetMaskingApiSyncableObjectsObjectType")
        page = self.call("get_masking_api_syncable_objects", object_type=kinds(object_type))
        expect(page.field_page_info.total == len(page.response_list), "one page", page.to_dict())
        return page.response_list

    def wait(self, task):
        """Waits for a task to end."""
        while task.status.value in ("WAITING", "RUNNING"):
            time.sleep(0.05)
            task = self.call("get_masking_api_async_tasks_id", task.async_task_id)
        expect(task.status.value == "SUCCEEDED", "a task that succeeds", task.to_dict())
        return task


def requested(engine, operation, row):
    """The item of an export request for a list row."""
    item = engine.model(f"{operation}BodyItem")
    return [item.from_dict({k: v for k, v in row.to_dict().items() if k != "revisionHash"})]


def everything(source, target):
    """Syncs all global objects with tasks and files."""
    (row,) = source.listed("GLOBAL_OBJECT")
    body = requested(source, "PostMaskingApiExportAsync", row)
    task = source.wait(source.call("post_masking_api_export_async", body=body, passphrase=PASSPHRASE))
    document = source.answer("get_masking_api_file_downloads_reference", task.reference).content
    source.answer("delete_masking_api_export_async")

    file = target.module("types").File(payload=io.BytesIO(document), file_name="export.json")
    body = target.model("PostMaskingApiImportAsyncBody")(file=file)
    answer = target.call("post_masking_api_import_async", body=body, force_overwrite=True, passphrase=PASSPHRASE)
    task = target.wait(answer)
    rows = target.answer("get_masking_api_file_downloads_reference", task.reference).content
    expect(b'"SUCCESS"' in rows and b'"FAILED"' not in rows, "an import that succeeds", rows.decode())
    target.answer("delete_masking_api_import_async")
    (copy,) = target.listed("GLOBAL_OBJECT")
    expect(copy.revision_hash == row.revision_hash, "the same revision hash", row.to_dict(), copy.to_dict())


def job(source, target, environment):
    """Syncs a masking job with synchronous calls."""
    row = next(row for row in source.listed("MASKING_JOB") if row.object_identifier.to_dict() == {"id": 4})
    body = requested(source, "PostMaskingApiExport", row)
    document = source.call("post_masking_api_export", body=body, passphrase=PASSPHRASE)
    outcomes = target.call(
        "post_masking_api_import",
        body=document,
        force_overwrite=False,
        environment_id=environment,
        passphrase=PASSPHRASE,
    )
    expect({outcome.import_status.value for outcome in outcomes} == {"SUCCESS"}, "success throughout", str(outcomes))
    copies = target.listed("MASKING_JOB")
    hashes = [copy.revision_hash for copy in copies]
    expect(hashes == [row.revision_hash], "the same revision hash", row.to_dict(), str(copies))


def main(source_url, target_url, directory):
    module = generated(source_url, directory)
    source, target = Engine(module, source_url), Engine(module, target_url)
    everything(source, target)
    job(source, target, 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
