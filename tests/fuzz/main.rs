//! libFuzzer on one target: `MOODLAKE_FUZZ_TARGET` names it. scripts/fuzz.sh builds and runs this.
//!
//! One program for all targets, since each would link the query engine again.
#![no_main]

mod fuzz_targets;

use fuzz_targets::{TARGETS, Target};
use libfuzzer_sys::fuzz_target;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("MOODLAKE_FUZZ_TARGET").unwrap_or_default();
    TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("MOODLAKE_FUZZ_TARGET={name} is no target; there are: {}", names.join(" "));
        std::process::exit(2);
    })
});

/// Where a target puts the file that it has a parser open; scripts/fuzz.sh removes it.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("moodlake-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    folder
});

/// Writes the target's seeds where asked to, and ends.
fn write_seeds() {
    let Ok(folder) = std::env::var("MOODLAKE_FUZZ_SEEDS") else { return };
    for (index, seed) in (TARGET.seeds)().iter().enumerate() {
        std::fs::write(Path::new(&folder).join(format!("seed-{index:02}")), seed).expect("a seed");
    }
    std::process::exit(0);
}

fuzz_target!(init: write_seeds(), |bytes: &[u8]| {
    (TARGET.run)(&FOLDER, bytes);
});
