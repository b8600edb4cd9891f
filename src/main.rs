//! moodlake: parse, dispatch, render the error, choose the exit code.

use moodlake::cli;
use std::process::ExitCode;

// Joining and encoding tables allocates and frees millions of buffers from all threads, which glibc's allocator is known to be slow
// at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Planning descends as deep as a query is nested, and a list of twenty thousand names is that deep. Only what is used is taken.
const STACK_BYTES: usize = 256 << 20;

fn main() -> ExitCode {
    match std::thread::Builder::new().stack_size(STACK_BYTES).spawn(program).map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        // A machine that grants no such thread may still do what needs less.
        Err(_) => program(),
    }
}

fn program() -> ExitCode {
    match cli::run(std::env::args_os().collect()) {
        Ok(code) => code,
        Err(error) => cli::render(&error),
    }
}
