//! Reading documents: reports, damage, limits and second opinions.

mod bad_input;
mod blob_types;
mod encrypted;
mod genuine;
mod jdbc_urls;
mod object_types;
mod oracles;
mod promised;
mod properties;
mod protobuf_oracle;
mod repeated_fields;
mod report_bounds;
mod streaming;
