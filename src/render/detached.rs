//! The verdict on a detached signature.
