//! What the fuzzer tries, without the fuzzer: its seeds, and every input that once broke something.

#[path = "../fuzz/fuzz_targets/mod.rs"]
mod fuzz_targets;

use crate::workspace::fixture;
use fuzz_targets::TARGETS;

#[test]
fn every_seed_is_read() {
    let folder = tempfile::tempdir().unwrap();
    for target in TARGETS {
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{} begins with nothing", target.name);
        for seed in seeds {
            eprintln!("{}: {} bytes", target.name, seed.len());
            (target.run)(folder.path(), &seed);
            (target.run)(folder.path(), &seed[..seed.len() / 2]);
        }
    }
}

#[test]
fn what_broke_a_parser_once_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = |name: &str| std::fs::read_dir(fixture("fuzz").join(name)).into_iter().flatten().flatten();
    let mut read = 0;
    for target in TARGETS {
        for input in inputs(target.name) {
            eprintln!("{}", input.path().display());
            (target.run)(folder.path(), &std::fs::read(input.path()).unwrap());
            read += 1;
        }
    }
    let kept: usize = inputs("").map(|target| std::fs::read_dir(target.path()).unwrap().count()).sum();
    assert!(read > 0 && read == kept, "a folder in tests/fixtures/fuzz is no target's: {read} of {kept} were read");
}
