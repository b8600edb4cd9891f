use super::super::meter::{Meter, Metered};
use super::*;

fn read_zip(bytes: &[u8]) -> Result<Read> {
    read_text("my_spotify_data.zip", bytes)
}

fn one_row() -> Vec<u8> {
    format!("[{TRACK}]").into_bytes()
}

#[test]
fn the_history_in_a_zip_is_read_by_name_and_the_rest_is_listed() {
    let rows = one_row();
    let zip = zip_of(&[
        ("Spotify Extended Streaming History/ReadMeFirst.pdf", b"%PDF"),
        ("Spotify Extended Streaming History/Streaming_History_Audio_2020_1.json", &rows),
        ("Spotify Extended Streaming History/Streaming_History_Audio_2019_0.json", &rows),
        ("__MACOSX/._Streaming_History_Audio_2019_0.json", b"\0\x05\x16\x07"),
    ]);
    let read = read_zip(&zip).unwrap();
    let files: Vec<_> = read.reading.files.iter().map(|file| file.file.rsplit('/').next().unwrap()).collect();
    assert_eq!(files, ["Streaming_History_Audio_2019_0.json", "Streaming_History_Audio_2020_1.json"]);
    assert!(read.reading.files[0].file.contains("my_spotify_data.zip!Spotify Extended"));
    assert_eq!((read.plays.len(), read.reading.ignored.len()), (2, 2));
}

#[test]
fn a_zip_is_known_by_its_content_too() {
    assert_eq!(read_text("download", zip_of(&[("endsong_0.json", &one_row())])).unwrap().plays.len(), 1);
}

#[test]
fn a_zip_without_history_says_what_to_request() {
    let error = fails(read_zip(&zip_of(&[("MyData/Playlist1.json", b"{}"), ("MyData/Userdata.json", b"{}")])));
    assert!(error.to_string().ends_with("my_spotify_data.zip holds no listening history of Spotify"), "{error}");
    assert!(fails(read_zip(&zip_of(&[]))).to_string().contains("holds no listening history"));
}

#[test]
fn a_member_that_leads_out_of_its_folder_is_refused_before_anything_is_read() {
    for name in ["../endsong_1.json", "a/../../b", "/etc/passwd", "C:evil", "c:/x", "a\\b.json", "..", "bell\u{7}.json"] {
        let error = fails(read_zip(&zip_of(&[("endsong_0.json", &one_row()), (name, b"[]")])));
        assert!(error.to_string().contains("leads out of its folder"), "{name}: {error}");
        assert!(error.to_string().contains(&format!("{name:?}")), "{name}: {error}");
    }
    assert!(read_zip(&zip_of(&[("a..b/endsong_0.json", &one_row())])).is_ok());
}

#[test]
fn a_truncated_zip_asks_for_a_new_download() {
    let zip = zip_of(&[("endsong_0.json", &one_row())]);
    for end in [0, 3, 10, zip.len() / 2, zip.len() - 1] {
        let error = fails(read_zip(&zip[..end]));
        assert!(error.to_string().ends_with("is no complete ZIP"), "{end}: {error}");
        assert!(error.advice().unwrap().contains("download the export again"));
    }
}

#[test]
fn a_damaged_member_is_noticed() {
    let content = format!("[{}]", vec![TRACK; 5_000].join(","));
    let mut zip = zip_of(&[("endsong_0.json", content.as_bytes())]);
    let middle = zip.len() / 3;
    zip[middle] ^= 0x55;
    let error = fails(read_zip(&zip));
    assert!(error.to_string().contains("endsong_0.json"), "{error}");
    // A wrong checksum over bytes that inflate well.
    let mut zip = zip_of(&[("endsong_0.json", b"[]")]);
    let directory = zip.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    zip[directory + 16] ^= 0x01;
    assert!(fails(read_zip(&zip)).to_string().contains("cannot be read past byte"));
}

/// Writes the ZIP and reads it within limits that come into force at a MiB.
fn read_bomb(zip: &[u8], limits: &Limits) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.zip");
    std::fs::write(&path, zip).unwrap();
    fails(read_within(&[path], &Limits { ratio_from_bytes: 1 << 20, ..limits.clone() }))
}

/// Writes a number of four bytes into the list of members, behind the beginning of the last one's entry.
fn declare(zip: &mut [u8], offset: usize, number: u32) {
    let directory = zip.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    zip[directory + offset..directory + offset + 4].copy_from_slice(&number.to_le_bytes());
}

const PACKED_BYTES: usize = 20;
const UNPACKED_BYTES: usize = 24;

#[test]
fn a_member_that_declares_to_unpack_without_measure_is_refused_before_it_is() {
    // So small a file cannot be unpacked to three GiB; the words of the list are enough.
    let mut zip = zip_of(&[("endsong_0.json", &one_row())]);
    declare(&mut zip, UNPACKED_BYTES, 3 << 30);
    let error = read_bomb(&zip, &Limits::default());
    assert!(error.to_string().ends_with("endsong_0.json would unpack to 3072 MiB, more than 100 times its size"), "{error}");
    // What it says of its size on the disk is not believed either.
    declare(&mut zip, PACKED_BYTES, 0x7fff_ffff);
    assert!(read_bomb(&zip, &Limits::default()).to_string().contains("more than 100 times its size"));
    let error = read_bomb(&zip, &Limits { unpacked_bytes_max: 4 << 20, ..Limits::default() });
    assert!(error.to_string().contains("more than the 4 MiB of history of one reading"), "{error}");
}

#[test]
fn a_real_bomb_is_refused_and_so_are_many_small_ones() {
    let blanks = format!("[{}]", " ".repeat(900 << 10));
    let one = format!("[{}]", " ".repeat(8 << 20));
    let error = read_bomb(&zip_of(&[("endsong_0.json", one.as_bytes())]), &Limits::default());
    assert!(error.to_string().contains("endsong_0.json would unpack to 8 MiB"), "{error}");
    let names: Vec<_> = (0..8).map(|number| format!("endsong_{number}.json")).collect();
    let members: Vec<_> = names.iter().map(|name| (name.as_str(), blanks.as_bytes())).collect();
    let error = read_bomb(&zip_of(&members), &Limits::default());
    assert!(error.to_string().ends_with("bomb.zip would unpack to 7 MiB, more than 100 times its size"), "{error}");
    assert!(read_zip(&zip_of(&members)).is_ok(), "blanks of a few MiB do no harm");
}

#[test]
fn a_member_that_is_larger_than_it_declares_is_ended_there() {
    let content = format!("[{}]", vec![TRACK; 50_000].join(","));
    let mut zip = zip_of(&[("endsong_0.json", content.as_bytes())]);
    declare(&mut zip, UNPACKED_BYTES, 1 << 20);
    let error = fails(read_zip(&zip));
    assert!(error.to_string().contains("endsong_0.json cannot be read past byte"), "{error}");
    assert!(error.in_one_line().contains("larger than its declared"), "{}", error.in_one_line());
}

#[test]
fn what_really_comes_out_counts_where_nothing_is_declared() {
    let (limits, progress) =
        (Limits { ratio_from_bytes: 1 << 20, unpacked_bytes_max: 64 << 20, ..Limits::default() }, |_: u64| {});
    let read = |packed_bytes: u64| {
        let (mut endless, mut meter) = (std::io::repeat(b' '), Meter::new(&limits, &progress));
        let mut file = Metered::new("endless", &mut endless, packed_bytes, 10, &mut meter);
        let mut buffer = vec![0; 1 << 20];
        (0..1_000).map(|_| file.fill(&mut buffer)).find_map(Result::err).unwrap().to_string()
    };
    assert_eq!(read(1_000), "endless unpacks to more than 100 times its size");
    assert_eq!(read(1 << 30), "endless: more than 64 MiB of history in one reading");
}

#[test]
fn too_many_members_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.zip");
    std::fs::write(&path, zip_of(&[("a", b""), ("b", b""), ("endsong_0.json", b"[]")])).unwrap();
    let limits = Limits { members_max: 2, ..Limits::default() };
    assert!(fails(read_within(&[path], &limits)).to_string().contains("holds 3 members"));
}

#[test]
fn a_name_that_stands_twice_in_a_zip_is_refused() {
    let mut zip = zip_of(&[("endsong_0.json", b"[]"), ("endsong_1.json", b"[]")]);
    while let Some(at) = zip.windows(14).position(|bytes| bytes == b"endsong_1.json") {
        zip[at + 8] = b'0';
    }
    assert!(fails(read_zip(&zip)).to_string().contains("two members of the same name"));
}

#[test]
fn a_locked_member_and_an_unknown_method_say_to_unpack() {
    let zip = zip_of(&[("endsong_0.json", &one_row())]);
    let directory = zip.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    let mut locked = zip.clone();
    locked[directory + 8] |= 1;
    let error = fails(read_zip(&locked));
    assert!(error.to_string().contains("locked with a password"), "{error}");
    let mut bzipped = zip;
    bzipped[directory + 10] = 12;
    let error = fails(read_zip(&bzipped));
    assert!(error.to_string().contains("packed by a method"), "{error}");
}
