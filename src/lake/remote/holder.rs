//! Who holds a lease: a process of a machine.
//!
//! Owns the one case in which nobody has to wait for a silence: the holder was a process of this very machine, and is no more.

use serde::{Deserialize, Serialize};
use std::path::Path;

/// A process, told from every other one that there was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// What nobody else has, beginning with when it was taken.
    id: String,
    /// The machine since it was started, and which of its processes can see each other; none where that cannot be told.
    machine: Option<String>,
    /// The process's number, and when it was started.
    process: Option<(u32, u64)>,
}

impl Holder {
    /// This process.
    pub fn this(id: String) -> Self {
        let number = std::process::id();
        Self { id, machine: machine(), process: started(number).map(|started| (number, started)) }
    }

    /// Whether it is known to have ended.
    pub fn is_gone(&self) -> bool {
        match (&self.machine, self.process) {
            (Some(machine), Some((number, start))) => Some(machine) == self::machine().as_ref() && started(number) != Some(start),
            _ => false,
        }
    }
}

/// Two containers of one machine do not see each other's processes: they are two.
fn machine() -> Option<String> {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let processes = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", boot.trim(), processes.display()))
}

/// When a process was started, in the machine's own ticks; none where there is no such process.
fn started(number: u32) -> Option<u64> {
    let line = std::fs::read_to_string(Path::new("/proc").join(number.to_string()).join("stat")).ok()?;
    // The name may hold spaces and parentheses of its own; the 22nd field is the 20th after it.
    let mut fields = line.rsplit_once(')')?.1.split_ascii_whitespace();
    let is_dead = matches!(fields.next()?, "Z" | "X");
    let ticks = fields.nth(18)?.parse().ok()?;
    (!is_dead).then_some(ticks)
}

#[cfg(test)]
impl Holder {
    pub fn of_another_process(self) -> Self {
        Self { process: self.process.map(|(number, start)| (number, start + 1)), ..self }
    }

    pub fn of_another_machine(self) -> Self {
        Self { machine: Some("another".to_owned()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::Holder;

    #[test]
    fn a_process_that_lives_is_not_gone_and_one_that_ended_is() {
        let this = Holder::this("id".to_owned());
        assert!(!this.is_gone());
        if let Some((number, start)) = this.process {
            let another = this.of_another_process();
            assert!(another.is_gone(), "the number {number} was given to another process since {start}");
            assert!(!another.of_another_machine().is_gone(), "nothing is known of another machine");
        }
    }
}
