//! moodlake: parse, dispatch, render the error, choose the exit code.

use moodlake::cli;
use std::process::ExitCode;

// Joining and encoding tables allocates and frees millions of buffers from all threads, which glibc's allocator is known to be slow
// at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::run(std::env::args_os().collect()) {
        Ok(code) => code,
        Err(error) => cli::render(&error),
    }
}
