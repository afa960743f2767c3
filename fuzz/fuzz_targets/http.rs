#![no_main]

#[path = "../targets/http.rs"]
mod http_target;

libfuzzer_sys::fuzz_target!(|data: &[u8]| http_target::http(data));
