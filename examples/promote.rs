//! Takes two objects out of an export, seals them in a document of their own, and predicts its import into a target.
//!
//! ```sh
//! cargo run --example promote -- export.json target.json MASKING_JOB:4 MASKING_JOB:5 promoted.json
//! ```
//!
//! `target.json` is an export of the target, a saved answer of a list request, or a state dump of a mock engine.

#![allow(clippy::print_stdout, clippy::print_stderr)] // a program for the terminal

use std::error::Error;
use std::process::ExitCode;

use exportdoc::planning::Verdict;
use exportdoc::{
    Dependencies, Document, KeySize, PlanOptions, ReadOptions, Sealing, SigningKey, Target, Timestamp,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [export, target, first, second, output] = &arguments[..] else {
        eprintln!("usage: promote EXPORT TARGET OBJECT OBJECT OUTPUT");
        return ExitCode::from(2);
    };
    match promote(export, target, &[first, second], output) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn promote(export: &str, target: &str, objects: &[&str], output: &str) -> Result<ExitCode, Box<dyn Error>> {
    let document = Document::read(std::fs::read(export)?)?;
    let saved = std::fs::read(target)?;
    let target = Target::read([(target, saved.as_slice())], &ReadOptions::new())?;
    for note in target.notes() {
        println!("note: {}", note.escape_debug());
    }

    let mut random = [0; 32];
    getrandom::fill(&mut random)?;
    let key = SigningKey::generate(KeySize::Dsa2048)?;
    println!("sealed with {}", key.fingerprint());
    let sealing = Sealing::new(key, random, Timestamp::now());
    let smaller = document.extract(objects, Dependencies::Closure, &sealing)?;

    let plan = smaller.plan(&target, PlanOptions::new().environment(1))?;
    for step in &plan.steps {
        println!("{:10} {}", step.action.as_str(), step.label().escape_debug());
    }
    match &plan.verdict {
        Verdict::WouldSucceed => {
            std::fs::write(output, smaller.to_bytes())?;
            println!("{output}: {} objects", smaller.report().objects.len());
            Ok(ExitCode::SUCCESS)
        }
        Verdict::WouldFail { at, status } => {
            println!("the import would fail with {status} at step {at}");
            Ok(ExitCode::FAILURE)
        }
        Verdict::Unknown { needs } => {
            println!("outcome unknown, missing information: {}", needs.join(", "));
            Ok(ExitCode::FAILURE)
        }
        Verdict::Refused(refusal) => {
            println!("the import would be refused: {refusal}");
            Ok(ExitCode::FAILURE)
        }
    }
}
