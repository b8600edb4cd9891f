//! Every file below a folder, in an order that does not depend on the machine.
//!
//! Owns the limits on depth and number and the safety against links that lead in a circle. Opens no file.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::limits::Limits;
use crate::error::{Error, Explain, Result};

/// The paths of everything below the folder that is no folder, sorted by name within each folder.
pub fn files(folder: &Path, limits: &Limits) -> Result<Vec<PathBuf>> {
    let mut walk = Walk { limits, seen: BTreeSet::new(), entries: 0, files: Vec::new() };
    walk.enter(folder, 0)?;
    Ok(walk.files)
}

struct Walk<'a> {
    limits: &'a Limits,
    // Folders under their true names: a link back up is not entered again.
    seen: BTreeSet<PathBuf>,
    entries: u64,
    files: Vec<PathBuf>,
}

impl Walk<'_> {
    fn enter(&mut self, folder: &Path, depth: usize) -> Result<()> {
        if depth > self.limits.folder_depth_max {
            let most = self.limits.folder_depth_max;
            return Err(Error::failure(format!("{} lies more than {most} folders deep", folder.display()))
                .hint("give the folder that holds the export's files"));
        }
        if !self.seen.insert(fs::canonicalize(folder).explain(|| unreadable(folder))?) {
            return Ok(());
        }
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).explain(|| unreadable(folder)).map_err(|error| error.hint("check its permissions"))? {
            paths.push(entry.explain(|| unreadable(folder))?.path());
            self.entries += 1;
            if self.entries > self.limits.folder_entries_max {
                let most = self.limits.folder_entries_max;
                return Err(Error::failure(format!("{} holds more than {most} files", folder.display()))
                    .hint("give the folder that holds the export's files, not one above it"));
            }
        }
        paths.sort();
        for path in paths {
            // A link that leads nowhere stays in the list: whether that matters, its name decides.
            if fs::metadata(&path).is_ok_and(|metadata| metadata.is_dir()) {
                self.enter(&path, depth + 1)?;
            } else {
                self.files.push(path);
            }
        }
        Ok(())
    }
}

fn unreadable(folder: &Path) -> String {
    format!("the folder {} cannot be read", folder.display())
}
