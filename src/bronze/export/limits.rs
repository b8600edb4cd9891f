//! How much of an export is read before it is refused.
//!
//! Owns the numbers. They are far above what Spotify hands out and far below what would fill a machine: a real export of
//! ten years is some 16 files of 12 MB. What breaks a limit is an error that names the file, never a silent cut.

/// The limits of one reading; the default is right for every real export.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Folders inside folders. Spotify packs one level; 32 leaves room for where a person put it.
    pub folder_depth_max: usize,
    /// Entries looked at below one folder, so that naming `/` by mistake ends soon.
    pub folder_entries_max: u64,
    /// Members of one ZIP. Spotify's hold some dozens.
    pub members_max: usize,
    /// Unpacked bytes of all files together: some forty times the longest history seen, and enough for `rows_max`.
    pub unpacked_bytes_max: u64,
    /// Unpacked to packed bytes of a member, and of all of them to the ZIP. History deflates 10 to 30 times; deflate can reach 1,032.
    pub ratio_max: u64,
    /// Below this many unpacked bytes the ratio is not looked at: a small file does no harm.
    pub ratio_from_bytes: u64,
    /// Rows of all files together, since a caller holds what it was told until it commits: a play every minute for 19 years.
    pub rows_max: u64,
    /// One row. Real ones are under 2 KiB; this is also what bounds the memory.
    pub row_bytes_max: usize,
    /// Rejected rows of all files together: an episode every five minutes for nine years.
    pub rejected_max: u64,
    /// Text kept of all of them together: 400,000 whole rows.
    pub rejected_bytes_max: u64,
    /// Text kept of a rejected row, enough for any real row whole.
    pub raw_bytes_max: usize,
}

const KIB: usize = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

impl Default for Limits {
    fn default() -> Self {
        Self {
            folder_depth_max: 32,
            folder_entries_max: 100_000,
            members_max: 10_000,
            unpacked_bytes_max: 8 * GIB,
            ratio_max: 100,
            ratio_from_bytes: 64 * MIB,
            rows_max: 10_000_000,
            row_bytes_max: 1_024 * KIB,
            rejected_max: 1_000_000,
            rejected_bytes_max: 256 * MIB,
            raw_bytes_max: 4 * KIB,
        }
    }
}
