//! The documented workflow examples, with curl and two engines with TLS.

use crate::support::program::{Program, script};

#[tokio::test]
#[ignore = "ci/long runs it"]
async fn documented_workflow_works_as_printed() {
    let dir = tempfile::tempdir().unwrap();
    let ca = dir.path().join("ca.pem");
    let work = dir.path().join("work");
    std::fs::create_dir(&work).unwrap();
    let (ca, work) = (ca.to_str().unwrap(), work.to_str().unwrap());
    let mut engines = Program::start(&[
        "--engine",
        "a.example.com:0",
        "--engine",
        "b.example.com:0",
        "--tls",
        "self-signed",
        "--tls-ca-out",
        ca,
        "--also-http",
    ]);
    let (a, b) = (engines.address().await, engines.address().await);
    let arguments = [work, ca, a.as_str(), b.as_str()];
    let said = script("bash", "workflow_page/workflow_page.sh", &arguments, || {
        engines.log()
    })
    .await;
    assert!(said.contains("19 answers, 0 differences"), "{said}");
}
