//! `exportdoc git-setup` with a real git.

mod names;
mod setup;
